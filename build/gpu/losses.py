"""losses.py FOLDER FOLDER: the losses of two training runs (metrics.jsonl of each stage) side by side."""
import glob, json, os, sys

def lines(folder, stage):
    with open(os.path.join(folder, stage, "metrics.jsonl")) as file:
        return [json.loads(line) for line in file]

stages = sorted({os.path.basename(os.path.dirname(path)) for path in glob.glob(os.path.join(sys.argv[1], "*", "metrics.jsonl"))})
for stage in stages or ["(no metrics.jsonl found)"]:
    try:
        one, other = (lines(folder, stage) for folder in sys.argv[1:3])
    except OSError as fault:
        print(stage, fault)
        continue
    for name in ("loss", "grad_norm", "reward"):
        pairs = [(a[name], b[name]) for a, b in zip(one, other) if name in a and name in b]
        if pairs:
            print(f"{stage} {name}: " + " ".join(f"{a:.6g}|{b:.6g}" for a, b in pairs[:8]), f"largest difference {max(abs(a - b) for a, b in pairs):.3g} of {len(pairs)}")
