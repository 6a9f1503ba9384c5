#!/usr/bin/env python3
"""Brings PublicAPI.Unshipped.txt of every library up to date with its sources: new public names are added, names that are gone leave
the file. Lines of PublicAPI.Shipped.txt that are gone are printed; a person removes them with a line in CHANGELOG.md's migration table.

    python3 build/public-api.py            # all libraries that have the files
    python3 build/public-api.py Modeling   # PathVlm.Modeling alone
    python3 build/public-api.py --check    # changes nothing; exit code 1 where a file is out of date
"""
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEAD = "#nullable enable"


def faults(project: pathlib.Path) -> tuple[set[str], set[str]]:
    """Names that the files lack (RS0016) and names that the sources lack (RS0017)."""
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "log.json"
        subprocess.run(
            ["dotnet", "build", str(project), "-c", "Release", "-v", "q", "--no-incremental", "-nodeReuse:false",
             "-p:BuildProjectReferences=false", "-p:TreatWarningsAsErrors=false", "-p:CodeAnalysisTreatWarningsAsErrors=false",
             "-p:WarningsNotAsErrors=RS0016%3BRS0017", f"-p:ErrorLog={log}%2Cversion=2.1"],
            cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
        results = json.loads(log.read_text(encoding="utf-8-sig"))["runs"][0]["results"]
    names: dict[str, set[str]] = {"RS0016": set(), "RS0017": set()}
    for result in results:
        if result["ruleId"] in names:
            properties = result.get("properties", {})
            names[result["ruleId"]].add((properties.get("customProperties") or properties)["APIName"])
    return names["RS0016"], names["RS0017"]


def main() -> int:
    changed = False
    wanted = [argument for argument in sys.argv[1:] if not argument.startswith("--")] or ["*"]
    for shipped in sorted(path for name in wanted for path in ROOT.glob(f"src/PathVlm.{name}/PublicAPI.Shipped.txt")):
        project = next(shipped.parent.glob("*.csproj"))
        missing, gone = faults(project)
        path = shipped.parent / "PublicAPI.Unshipped.txt"
        unshipped = set(path.read_text(encoding="utf-8").split("\n")) - {HEAD, ""}
        for name in sorted(gone - unshipped):
            print(f"{shipped.relative_to(ROOT)}: not in the sources any more: {name}")
        lines = sorted((unshipped | missing) - gone, key=lambda line: line.encode())
        if set(lines) != unshipped:
            changed = True
            print(f"{path.relative_to(ROOT)}: {len(missing)} added, {len(gone & unshipped)} removed")
            if "--check" not in sys.argv:
                path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    return 1 if changed and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
