#!/usr/bin/env bash
# pack.sh [FOLDER]: puts what a bare GPU machine lacks (a .NET runtime, the test runner, program, benchmarks and tests, without libtorch) into
# FOLDER/carry.tar.xz, beside the scripts that run there. FOLDER is out/gpu by default. Build in Release first.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${1:-out/gpu}; rm -rf "$folder"; mkdir -p "$folder"
stage=$(mktemp -d); trap 'rm -rf "$stage"' EXIT
mkdir -p "$stage"/dotnet/shared "$stage"/vstest/Extensions "$stage"/bin

sdk=$(dotnet --list-sdks | tail -1 | sed 's/\(.*\) \[\(.*\)\]/\2\/\1/'); host=$(dirname "$(dirname "$sdk")")
runtime=$(ls -d "$host"/shared/Microsoft.NETCore.App/10.* | tail -1)
cp "$host/dotnet" "$stage/dotnet/"; cp -r "$host/host" "$stage/dotnet/"
mkdir -p "$stage/dotnet/shared/Microsoft.NETCore.App"; cp -r "$runtime" "$stage/dotnet/shared/Microsoft.NETCore.App/"
rm -f "$stage"/dotnet/shared/Microsoft.NETCore.App/*/{libmscordbi.so,libmscordaccore.so,libclrgc.so,libclrgcexp.so,libcoreclrtraceptprovider.so,Microsoft.DiaSymReader.Native*,createdump}
cp "$sdk"/vstest.console.{dll,deps.json,runtimeconfig.json} "$sdk"/Microsoft.TestPlatform.*.dll "$sdk"/Microsoft.VisualStudio.TestPlatform.*.dll \
   "$sdk"/{Newtonsoft.Json,NuGet.Frameworks,Microsoft.Extensions.DependencyModel,Microsoft.Extensions.FileSystemGlobbing}.dll "$stage/vstest/"
cp "$sdk"/Extensions/*.dll "$stage/vstest/Extensions/"

# One folder for all: their libraries are the same files.
for name in PathVlm.Modeling.Tests PathVlm.MLNet.Tests PathVlm.Benchmarks PathVlm.Host; do
  (cd "artifacts/bin/$name/release" && tar cf - --exclude='./runtimes/win*' --exclude='./runtimes/osx*' --exclude='./runtimes/linux-musl*' \
     --exclude='./runtimes/linux-arm*' --exclude='libtorch*' --exclude='libc10.so' --exclude='libgomp*' --exclude='libaoti*' --exclude='libbackend*' \
     --exclude='libjit*' --exclude='libnnapi*' --exclude='libshm*' --exclude='*.xml' --exclude='*.dbg' --exclude='./??' --exclude='./??-*' --exclude='./data/base' .) | tar xf - -C "$stage/bin"
done
# ASP.NET is left out: what runs there does not touch it.
for configuration in "$stage"/bin/*.runtimeconfig.json; do
  echo '{"runtimeOptions":{"tfm":"net10.0","framework":{"name":"Microsoft.NETCore.App","version":"10.0.0"},"configProperties":{"System.Globalization.Invariant":true,"System.GC.Server":false}}}' > "$configuration"
done
tar cf - -C "$stage" . | xz -6 -T0 > "$folder/carry.tar.xz"
cp -r build/gpu/. "$folder/"
ls -l "$folder/carry.tar.xz"
