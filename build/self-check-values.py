"""The stored values of PathVlm.Modeling/Native/SelfCheck.cs, computed in plain float64 arithmetic: python3 build/self-check-values.py"""
import math, struct

def single(x): return struct.unpack("f", struct.pack("f", x))[0]
def flat(number, count): return [single(math.sin(0.37 * i + number)) for i in range(count)]
def rows(number, n, m): values = flat(number, n * m); return [values[i * m:(i + 1) * m] for i in range(n)]
def mm(a, b): return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]
def t(a): return [list(column) for column in zip(*a)]
def softmax(row): e = [math.exp(x - max(row)) for x in row]; return [x / sum(e) for x in e]
def lse(row): return max(row) + math.log(sum(math.exp(x - max(row)) for x in row))
def ids(count, below): return [i * 5 % below for i in range(count)]
def heads(number, n, size): return [rows_of(flat(number, 2 * n * size), h, n, size) for h in range(2)]
def rows_of(values, h, n, size): return [values[(h * n + i) * size:(h * n + i + 1) * size] for i in range(n)]
def attention(q, k, v, causal):
    out = []
    for qh, kh, vh in zip(q, k, v):
        for i, row in enumerate(qh):
            scores = [sum(a * b for a, b in zip(row, key)) / math.sqrt(len(row)) for key in (kh[:i + 1] if causal else kh)]
            out += [sum(p * value[d] for p, value in zip(softmax(scores), vh)) for d in range(len(row))]
    return out
def join(matrix): return [x for row in matrix for x in row]

def norm(a, weight): return [[x / math.sqrt(sum(y * y for y in row) / len(row) + 1e-6) * w for x, w in zip(row, weight)] for row in a]
def taken_and_added():
    source, out = rows(14, 7, 4), [[0.0] * 4 for _ in range(9)]
    for place, row in zip(ids(7, 9), ids(7, 7)): out[place] = [a + b for a, b in zip(out[place], source[row])]
    return join(out)
def searched():
    found = []
    for row in rows(16, 3, 20):
        total, index = 0.0, 0
        for p in softmax(row):
            total += p
            if total > 0.6: break
            index += 1
        found.append(float(index))
    return found
def gradient():
    x, w = rows(24, 5, 8), rows(25, 6, 8)
    return join(mm([[1 - math.tanh(y) ** 2 for y in row] for row in mm(x, t(w))], w))

checks = {
    "matrix product": lambda: join(mm(rows(0, 24, 40), rows(1, 40, 16))),
    "linear": lambda: join([[y + b for y, b in zip(row, flat(4, 12))] for row in mm(rows(2, 8, 32), t(rows(3, 12, 32)))]),
    "product added in place": lambda: join([[a - b for a, b in zip(x, y)] for x, y in zip(rows(5, 6, 9), mm(rows(6, 6, 7), rows(7, 7, 9)))]),
    "bfloat16 product": lambda: join(mm(rows(0, 24, 40), rows(1, 40, 16))),
    "softmax": lambda: join([softmax(row) for row in rows(8, 5, 33)]),
    "log-sum-exp": lambda: [lse(row) for row in rows(9, 7, 19)],
    "silu": lambda: [x / (1 + math.exp(-x)) for x in flat(10, 64)],
    "gelu": lambda: [x * 0.5 * (1 + math.erf(x / math.sqrt(2))) for x in flat(11, 64)],
    "rms norm": lambda: join(norm(rows(12, 6, 24), flat(13, 24))),
    "rows taken and added": taken_and_added,
    "values picked": lambda: [row[i] for row, i in zip(rows(15, 7, 9), ids(7, 9))],
    "cumulative sum and search": searched,
    "largest values": lambda: join([sorted(row, reverse=True)[:5] for row in rows(17, 4, 30)]),
    "attention": lambda: attention(heads(18, 12, 16), heads(19, 20, 16), heads(20, 20, 16), False),
    "causal attention": lambda: attention(heads(18, 12, 16), heads(19, 12, 16), heads(20, 12, 16), True),
    "attention's sums": lambda: [lse([sum(a * b for a, b in zip(row, key)) / 4 for key in k]) for q, k in zip(heads(21, 12, 16), heads(22, 20, 16)) for row in q],
    "gradient": gradient,
}
for name, values in checks.items():
    print(f"{name}: {sum(v * math.cos(0.7 * i + 0.3) for i, v in enumerate(values())):.10g}")
