"""What libtorch's fused CUDA attention gives: log-sum-exp, its layout, fewer key heads than query heads, backward with a merged output."""
import time, torch
print(torch.__version__, torch.version.cuda, torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32)
if not torch.cuda.is_available():
    print("no CUDA device"); raise SystemExit
torch.manual_seed(0)
d = "cuda"
def plain(q, k, v, causal, mask=None):
    q, k, v = q.double(), k.double(), v.double()
    if k.shape[1] != q.shape[1]:
        k, v = (t.repeat_interleave(q.shape[1] // t.shape[1], 1) for t in (k, v))
    s = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
    if causal: s = s.masked_fill(torch.ones(s.shape[-2:], device=s.device, dtype=torch.bool).triu(1), -torch.inf)
    if mask is not None: s = s + mask.double()
    return s.softmax(-1) @ v, s.logsumexp(-1)
def err(a, b): return ((a.double() - b.double()).norm() / b.double().norm()).item()
def attempt(name, f):
    try: print(name, f())
    except Exception as fault: print(name, "FAILED", type(fault).__name__, str(fault).split("\n")[0][:300])
def new(h, r, size=128, dtype=torch.bfloat16, b=2): return torch.randn(b, r, h, size, device=d, dtype=dtype).transpose(1, 2)

SCRIPT = '''
def flash(q: Tensor, k: Tensor, v: Tensor, causal: bool) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    o, l, cq, ck, mq, mk, seed, offset, m = torch._scaled_dot_product_flash_attention(q, k, v, 0.0, causal, False)
    return o, l, seed, offset
def flash_backward(g: Tensor, q: Tensor, k: Tensor, v: Tensor, o: Tensor, l: Tensor, causal: bool, seed: Tensor, offset: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    return torch._scaled_dot_product_flash_attention_backward(g, q, k, v, o, l, None, None, q.size(2), k.size(2), 0.0, causal, seed, offset)
def efficient(q: Tensor, k: Tensor, v: Tensor, bias: Optional[Tensor], causal: bool) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    return torch._scaled_dot_product_efficient_attention(q, k, v, bias, True, 0.0, causal)
def efficient_backward(g: Tensor, q: Tensor, k: Tensor, v: Tensor, bias: Optional[Tensor], o: Tensor, l: Tensor, causal: bool, seed: Tensor, offset: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    a, b, c, m = torch._scaled_dot_product_efficient_attention_backward(g, q, k, v, bias, o, l, seed, offset, 0.0, [True, True, True, False], causal)
    return a, b, c
'''
try:
    unit = torch.jit.CompilationUnit(SCRIPT)
except Exception as fault:
    print("script FAILED", fault); raise SystemExit

def forward(heads, groups, r, s, causal, size=128, dtype=torch.bfloat16):
    q, k, v = new(heads, r, size, dtype), new(groups, s, size, dtype), new(groups, s, size, dtype)
    o, l, seed, offset = unit.flash(q, k, v, causal)
    eo, el = plain(q, k, v, causal)
    return f"lse {tuple(l.shape)} {l.dtype} seed {tuple(seed.shape)} {seed.dtype} {seed.device} o strides {o.stride()} errors {err(o, eo):.2g} {err(l, el):.2g}"
for case in ((28, 28, 300, 300, True), (28, 4, 300, 300, True), (28, 4, 300, 700, False), (16, 16, 64, 64, False, 80)):
    attempt(f"flash {case}:", lambda: forward(*case))
def efficient(r, s, causal, masked, dtype, size=128, heads=8):
    q, k, v = new(heads, r, size, dtype), new(heads, s, size, dtype), new(heads, s, size, dtype)
    bias = torch.zeros(2, 1, r, s, device=d, dtype=dtype).masked_fill(torch.ones(r, s, device=d, dtype=torch.bool).triu(1 + s - r), -torch.inf).expand(2, heads, r, s) if masked else None
    o, l, seed, offset = unit.efficient(q, k, v, bias, causal)
    eo, el = plain(q, k, v, causal, bias)
    return f"lse {tuple(l.shape)} {l.dtype} seed {tuple(seed.shape)} errors {err(o, eo):.2g} {err(l[:, :, :r], el):.2g}"
for case in ((100, 100, True, False, torch.float32), (100, 161, False, False, torch.float32), (96, 160, False, True, torch.float32), (100, 161, False, True, torch.float32),
             (96, 160, False, True, torch.bfloat16), (64, 64, False, False, torch.float32, 16), (64, 64, False, False, torch.float32, 20), (64, 64, False, False, torch.float32, 8)):
    attempt(f"efficient {case}:", lambda: efficient(*case))

def merged(kind, dtype, groups):
    # keys cut in two: both parts computed apart and merged; backward of each part with the merged output and sum
    heads, r, s1, s2 = 28, 200, 300, 200
    q, k, v, g = new(heads, r, 128, dtype), new(groups, s1 + s2, 128, dtype), new(groups, s1 + s2, 128, dtype), new(heads, r, 128, dtype)
    parts = ((k[:, :, :s1], v[:, :, :s1], False), (k[:, :, s1:], v[:, :, s1:], True))
    run = (lambda a, b, c: unit.flash(q, a, b, c)) if kind == "flash" else (lambda a, b, c: unit.efficient(q, a, b, None, c))
    (o1, l1, s, f), (o2, l2, s_, f_) = (run(*p) for p in parts)
    l = torch.logaddexp(l1[..., :r], l2[..., :r])
    o = (o1.float() * (l1[..., :r] - l).exp().unsqueeze(-1) + o2.float() * (l2[..., :r] - l).exp().unsqueeze(-1)).to(dtype)
    lp = l.contiguous() if kind == "flash" else torch.nn.functional.pad(l, (0, l1.shape[-1] - r)).contiguous()
    back = (lambda a, b, c: unit.flash_backward(g, q, a, b, o, lp, c, s, f)) if kind == "flash" else (lambda a, b, c: unit.efficient_backward(g, q, a, b, None, o, lp, c, s, f))
    grads = [back(*p) for p in parts]
    qd, kd, vd = (t.detach().double().requires_grad_() for t in (q, k, v))
    mask = torch.zeros(r, s1 + s2, device=d, dtype=torch.float64); mask[:, s1:] = torch.full((r, s2), -torch.inf, device=d, dtype=torch.float64).triu(1)
    plain(qd, kd, vd, False, mask)[0].backward(g.double())
    return f"dq {err(grads[0][0].double() + grads[1][0].double(), qd.grad):.2g} dk {err(torch.cat([x[1] for x in grads], 2), kd.grad):.2g} dv {err(torch.cat([x[2] for x in grads], 2), vd.grad):.2g} shapes {tuple(grads[0][1].shape)}"
attempt("merged flash bf16 28 heads:", lambda: merged("flash", torch.bfloat16, 28))
attempt("merged flash bf16 4 groups:", lambda: merged("flash", torch.bfloat16, 4))
attempt("merged efficient f32:", lambda: merged("efficient", torch.float32, 28))
attempt("merged efficient bf16:", lambda: merged("efficient", torch.bfloat16, 28))

def clock(f, n=20):
    for _ in range(3): f()
    torch.cuda.synchronize(); t = time.perf_counter()
    for _ in range(n): f()
    torch.cuda.synchronize(); return (time.perf_counter() - t) / n * 1e3
q, k, v = new(28, 1024, b=4), new(4, 1024, b=4), new(4, 1024, b=4)
attempt("ms flash 4x28x1024x1024 causal, 4 groups:", lambda: f"{clock(lambda: unit.flash(q, k, v, True)):.3f}")
for n, m, kk in ((32, 37888, 3584), (32, 3584, 18944), (4096, 37888, 3584)):
    x, w = torch.randn(n, kk, device=d, dtype=torch.bfloat16), torch.randn(m, kk, device=d, dtype=torch.bfloat16)
    t = clock(lambda: torch.nn.functional.linear(x, w)); print(f"linear {n}x{kk}->{m}: {t:.3f} ms, {2e-9 * n * m * kk / t:.0f} TFLOP/s, {2e-6 * m * kk / t:.0f} GB/s")
x, step_ = torch.randn(1 << 20, device=d), torch.tensor(1.0, device=d)
attempt("fused adamw:", lambda: torch._fused_adamw_([x], [x.clone()], [torch.zeros_like(x)], [torch.zeros_like(x)], [], [step_], lr=1e-3, beta1=0.9, beta2=0.999, weight_decay=0.0, eps=1e-8, amsgrad=False, maximize=False))
