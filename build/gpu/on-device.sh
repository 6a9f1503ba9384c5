#!/usr/bin/env bash
# on-device.sh: run on the GPU machine in the repository root, after pack.sh on another. Results go to $OUT (log.txt, real.txt, files.tar.gz),
# line by line, so that a run that is cut keeps what it had. A step that fails or runs out of time is told and the next one goes on; after
# DEADLINE seconds no step runs. PATHVLM_LIBTORCH names a libtorch's lib folder; by default that of python3's torch.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd); OUT=${OUT:-$here/out}; mkdir -p "$OUT" "$here/result"; result=$here/result
exec > >(tee "$OUT/log.txt") 2>&1
began=$SECONDS; DEADLINE=${DEADLINE:-450}
finish() { [ -n "${smi:-}" ] && kill "$smi" 2>/dev/null; tar czf "$OUT/files.tar.gz" -C "$result" . ; echo "all done at $((SECONDS - began)) s"; }
trap finish EXIT

# step SECONDS NAME COMMAND...: a step with a time limit of its own, cut at the deadline. The command may be one of the functions below.
step() {
  local limit=$1 name=$2 from=$SECONDS left=$((DEADLINE - SECONDS + began)); shift 2
  [ "$left" -lt 5 ] && { echo "=== $name: NOT RUN, the time is over"; return 1; }
  [ "$limit" -gt "$left" ] && limit=$left
  echo "=== $name (at $((from - began)) s, at most $limit s)"
  timeout -k 3 "$limit" bash -c '"$@"' step "$@"; local code=$?; echo "--- $name: exit $code, $((SECONDS - from)) s"
  return $code
}
# background NAME SECONDS COMMAND...: a step beside others; its output is told by `told NAME`.
background() { local name=$1 limit=$2; shift 2; step "$limit" "$name" "$@" > "$result/$name.txt" 2>&1 & declare -g "pid_${name//-/_}=$!"; }
told() { local pid="pid_${1//-/_}"; wait "${!pid}"; local code=$?; grep -v '^ *Passed [A-Za-z]' "$result/$1.txt" | tail -"${2:-60}" | cut -c1-600; return $code; }

work=$here/x; mkdir -p "$work"; tar xJf "$here/carry.tar.xz" -C "$work" || exit 1
# The base is in the repository; the program looks for it beside itself.
mkdir -p "$work/bin/data"; ln -sfn "$(dirname "$(find "$PWD" -path '*/base/model.safetensors' -not -path '*/out/*' | head -1)")" "$work/bin/data/base"
echo "unpacked at $((SECONDS - began)) s"
export PATHVLM_LIBTORCH=${PATHVLM_LIBTORCH:-$(python3 -c 'import importlib.util, os; print(os.path.join(os.path.dirname(importlib.util.find_spec("torch").origin), "lib"))')}
export DOTNET_ROOT=$work/dotnet PATH=$work/dotnet:$PATH DOTNET_CLI_TELEMETRY_OPTOUT=1 XDG_CACHE_HOME=$work/cache
device=cpu; if nvidia-smi -L; then device=cuda; fi
echo "device $device, libtorch $PATHVLM_LIBTORCH"; ldd --version | head -1; nproc
if [ $device = cuda ]; then nvidia-smi --query-gpu=timestamp,memory.used,utilization.gpu,power.draw --format=csv,noheader -lms 250 > "$result/gpu.csv" & smi=$!; fi

tests() { dotnet "$work/vstest/vstest.console.dll" "$work/bin/$1.dll" --TestCaseFilter:"$(cat "$here/tests.filter")" --logger:"console;verbosity=normal" --logger:"trx;LogFileName=$1.trx" --ResultsDirectory:"$result"; }
small="--set Set:SftCount=200 --set Set:RlCount=200 --set Set:TestCount=60 --set Sft:MaxSteps=20 --set Grpo:MaxSteps=4 --set Process:MaxSteps=4"
train() { dotnet "$work/bin/pathvlm.dll" train -o "$here/train-$1" $small --set Sft:Device=$1 --set Grpo:Device=$1 --set Process:Device=$1; }
bench() { dotnet "$work/bin/PathVlm.Benchmarks.dll" "$@" 2>&1 | tee -a "$OUT/real.txt"; return "${PIPESTATUS[0]}"; }
export -f tests train bench; export work here result small OUT

step 40 "inspect, and the check of the chosen libtorch" dotnet "$work/bin/pathvlm.dll" inspect "$work/bin/data/base"
# What takes the whole device runs alone and first. A line here is a benchmark more.
if [ $device = cuda ]; then
  paper="real --model 7b --device cuda --case paper"
  step 150 "7B, layers recomputed" bench $paper --recompute layers --parts grpo,adapted-decode,decode,sft,vision,prefill
  step 70 "7B, steps not recorded" env PATHVLM_CUDA_GRAPHS=0 bash -c "bench $paper --recompute layers --repeats 2 --parts adapted-decode,decode"
  step 40 "7B, pieces of an update" bench $paper --parts pieces
  step 60 "7B, nothing recomputed" bench $paper --recompute none --repeats 2 --parts sft,grpo
  step 60 "7B, 20 of 28 layers recomputed" bench $paper --recompute layers --recomputed 20 --repeats 2 --parts grpo
  step 70 "7B, loaded from files" bench $paper --load yes --parts prefill
else
  step 60 "tiny" bench real --quick --model tiny
  step 60 "tiny, pieces" bench real --quick --model tiny --parts pieces
fi
background train-cpu 120 env OMP_NUM_THREADS="${CPU_TRAIN_THREADS:-4}" bash -c 'train cpu'
background parity-modeling "${TEST_LIMIT:-100}" env PATHVLM_TEST_DEVICE=$device OMP_NUM_THREADS=2 bash -c 'tests PathVlm.Modeling.Tests'
background parity-training "${TEST_LIMIT:-100}" env PATHVLM_TEST_DEVICE=$device OMP_NUM_THREADS=2 bash -c 'tests PathVlm.MLNet.Tests'
if [ $device = cuda ]; then background train-cuda 90 env OMP_NUM_THREADS=2 bash -c 'train cuda'; fi
told parity-modeling 90; told parity-training 90
if [ $device = cuda ]; then told train-cuda 8; fi
told train-cpu 3
step 20 "losses side by side" python3 "$here/losses.py" "$here/train-cpu" "$here/train-$device"
for run in "$here"/train-*; do for stage in "$run"/*/metrics.jsonl; do cp "$stage" "$result/$(basename "$run")-$(basename "$(dirname "$stage")").jsonl"; done; done 2>/dev/null
[ -s "$result/gpu.csv" ] && { echo "largest memory.used: $(cut -d, -f2 "$result/gpu.csv" | tr -dc '0-9\n' | sort -n | tail -1) MiB"; }
