#!/usr/bin/env bash
# Packs every library of src/ and the program (as the .NET tool `pathvlm`) into a folder that NuGet takes as a source.
#   build/pack.sh [FOLDER] [options of dotnet pack]
# FOLDER: artifacts/packages where none is given; it is made. What lies in it stays, but for packages of the same version.
#   dotnet add package PathVlm.MLNet --source FOLDER          dotnet tool install --global pathvlm --source FOLDER
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$root/artifacts/packages
if [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; then folder=$(mkdir -p "$1" && cd "$1" && pwd); shift; fi
mkdir -p "$folder"
case " $* " in *" -c "*) configuration=() ;; *) configuration=(-c Release) ;; esac
exec dotnet pack "$root/build/Packages.proj" "${configuration[@]}" -v quiet -p:PackageOutputPath="$folder" "$@"
