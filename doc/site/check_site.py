# SPDX-License-Identifier: BSL-1.0
"""check_site.py HTML: every operation with a contract is in the reference, and no link or
picture of the finished site leads nowhere."""
import html
import re
import sys
from pathlib import Path
from urllib.parse import unquote

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "test" / "structure"))
import check_contracts  # noqa: E402

# Where the operations that are members are to be found.
OWNERS = {"async_get": ["task"], "async_join": ["task"], "async_wait": ["task", "any_task"],
          "cancel": ["task", "any_task"]}


def pages_of(name):
    if "::" in name:
        owner, member = name.split("::")
        owners = {"task_set": ["task_set", "mixed_task_set"], "completion_stream":
                  ["basic_completion_stream"]}.get(owner, [owner])
    else:
        owners, member = OWNERS.get(name), name
    if owners is None:
        kind = "struct" if name == "use_task" else "namespace"
        name = name.split("(")[0]
        return [("structasio__wait_1_1use__task__t.html", "use_task_t")] if kind == "struct" else [
            ("namespaceasio__wait.html", name)]
    return [(f"classasio__wait_1_1{owner.replace('_', '__')}.html", member) for owner in owners]


def missing_operations(site):
    for name in check_contracts.OPERATIONS:
        for page, shown in pages_of(name):
            path = site / page
            text = path.read_text() if path.exists() else ""
            if not re.search(rf"mem(?:Templ)?ItemRight[^\n]*>{shown}</a>|>{shown} Struct Reference<"
                             rf"|::{shown} Struct Reference", text):
                yield f"{page}: no {shown}"


def anchors(path, known={}):  # noqa: B006  a cache
    if path not in known:
        known[path] = set(re.findall(r'(?:id|name)="([^"]+)"', path.read_text()))
    return known[path]


def dead_links(site):
    for page in sorted(site.glob("*.html")):
        for target in re.findall(r'(?:href|src|data)="([^"]+)"', page.read_text()):
            target = html.unescape(target)
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            where = page.parent / unquote(path) if path else page
            if not where.is_file():
                yield f"{page.name}: {target}: no such file"
            elif anchor and where.suffix == ".html" and anchor not in anchors(where):
                yield f"{page.name}: {target}: no such anchor"


def main():
    site = Path(sys.argv[1])
    problems = [*missing_operations(site), *dead_links(site)]
    pages = len(list(site.glob("*.html")))
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{pages} pages, {len(problems)} problems")
    return 1 if problems or not pages else 0


sys.exit(main())
