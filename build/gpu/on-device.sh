#!/usr/bin/env bash
# on-device.sh: run on the GPU machine in the repository root, after pack.sh on another. Results go to $OUT (log.txt, files.tar.gz). A step that
# fails or runs out of time is told and the next one goes on; after DEADLINE seconds no step runs. PATHVLM_LIBTORCH names a libtorch's lib folder;
# by default that of python3's torch.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd); OUT=${OUT:-$here/out}; mkdir -p "$OUT" "$here/result"; result=$here/result
exec > >(tee "$OUT/log.txt") 2>&1
began=$SECONDS; DEADLINE=${DEADLINE:-225}
finish() { [ -n "${smi:-}" ] && kill "$smi" 2>/dev/null; tar czf "$OUT/files.tar.gz" -C "$result" . ; echo "all done at $((SECONDS - began)) s"; }
trap finish EXIT

# step SECONDS NAME COMMAND...: a step with a time limit of its own, cut at the deadline.
step() {
  local limit=$1 name=$2 from=$SECONDS left=$((DEADLINE - SECONDS + began)); shift 2
  [ "$left" -lt 5 ] && { echo "=== $name: NOT RUN, the time is over"; return 1; }
  [ "$limit" -gt "$left" ] && limit=$left
  echo "=== $name (at $((from - began)) s, at most $limit s)"
  timeout -k 3 "$limit" "$@"; local code=$?; echo "--- $name: exit $code, $((SECONDS - from)) s"
  return $code
}
# background NAME SECONDS COMMAND...: a step beside others; its output is told by `told NAME`.
background() { local name=$1 limit=$2; shift 2; step "$limit" "$name" "$@" > "$result/$name.txt" 2>&1 & declare -g "pid_${name//-/_}=$!"; }
told() { local pid="pid_${1//-/_}"; wait "${!pid}"; local code=$?; grep -v '^ *Passed [A-Za-z]' "$result/$1.txt" | tail -"${2:-60}" | cut -c1-600; return $code; }

work=$here/x; mkdir -p "$work"; tar xJf "$here/carry.tar.xz" -C "$work" || exit 1
# The base is in the repository; the program looks for it beside itself.
mkdir -p "$work/bin/data"; ln -sfn "$(dirname "$(find "$PWD" -path '*/base/model.safetensors' -not -path '*/out/*' | head -1)")" "$work/bin/data/base"
echo "unpacked at $((SECONDS - began)) s"
torch=${PATHVLM_LIBTORCH:-$(python3 -c 'import importlib.util, os; print(os.path.join(os.path.dirname(importlib.util.find_spec("torch").origin), "lib"))')}
export DOTNET_ROOT=$work/dotnet PATH=$work/dotnet:$PATH LD_LIBRARY_PATH=$torch${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} DOTNET_CLI_TELEMETRY_OPTOUT=1
device=cpu; if nvidia-smi -L; then device=cuda; fi
echo "device $device, libtorch $torch, libraries $LD_LIBRARY_PATH"; ldd --version | head -1; nproc; ls "$torch" | tr '\n' ' '; echo
if [ $device = cuda ]; then nvidia-smi --query-gpu=timestamp,memory.used,utilization.gpu,power.draw --format=csv,noheader -lms 250 > "$result/gpu.csv" & smi=$!; fi

tests() { dotnet "$work/vstest/vstest.console.dll" "$work/bin/$1.dll" --TestCaseFilter:"$(cat "$here/tests.filter")" --logger:"console;verbosity=normal" --logger:"trx;LogFileName=$1.trx" --ResultsDirectory:"$result"; }
small="--set Set:SftCount=200 --set Set:RlCount=200 --set Set:TestCount=60 --set Sft:MaxSteps=20 --set Grpo:MaxSteps=4 --set Process:MaxSteps=4"
train() { dotnet "$work/bin/pathvlm.dll" train -o "$here/train-$1" $small --set Sft:Device=$1 --set Grpo:Device=$1 --set Process:Device=$1; }
bench() { dotnet "$work/bin/PathVlm.Benchmarks.dll" "$@"; }
export -f tests train bench; export work here result small

step 40 "symbols at load and used by train" python3 "$here/check-symbols.py" "$torch" "$here/symbols/at-load.txt" "$here/symbols/used-by-train.txt"
step 40 "inspect" dotnet "$work/bin/pathvlm.dll" inspect "$work/bin/data/base"
step 40 "device benchmark, tiny" bash -c "bench device --model tiny --device $device --backward"
background train-cpu 120 env OMP_NUM_THREADS="${CPU_TRAIN_THREADS:-4}" bash -c 'train cpu'
background symbols 60 python3 "$here/check-symbols.py" "$torch" "$here/symbols/all.txt"
background attention 60 python3 "$here/attention.py"
background parity-modeling "${TEST_LIMIT:-100}" env PATHVLM_TEST_DEVICE=$device OMP_NUM_THREADS=2 bash -c 'tests PathVlm.Modeling.Tests'
background parity-training "${TEST_LIMIT:-100}" env PATHVLM_TEST_DEVICE=$device OMP_NUM_THREADS=2 bash -c 'tests PathVlm.MLNet.Tests'
if [ $device = cuda ]; then background train-cuda 90 env OMP_NUM_THREADS=2 bash -c 'train cuda'; fi
told symbols; told attention; told parity-modeling 90; told parity-training 90
if [ $device = cuda ]; then told train-cuda 20; fi
told train-cpu 5
step 20 "losses side by side" python3 "$here/losses.py" "$here/train-cpu" "$here/train-$device"
cp "$here"/train-*/*/metrics.jsonl "$result/" 2>/dev/null
# What takes the whole device runs alone. A line here is a benchmark more.
if [ $device = cuda ]; then
  step 75 "7B decode" bash -c "bench device --model 7b --device cuda"
  step 50 "3B train pass" bash -c "bench device --model 3b --device cuda --backward"
fi
[ -s "$result/gpu.csv" ] && { echo "largest memory.used: $(cut -d, -f2 "$result/gpu.csv" | tr -dc '0-9\n' | sort -n | tail -1) MiB"; }
