# SPDX-License-Identifier: BSL-1.0
"""pages.py SOURCE OUTPUT DOXYGEN: prepares what Doxygen reads.

Writes OUTPUT/pages: each Markdown page with links as Doxygen wants them (it knows neither GitHub's
anchors nor links to files), the list of examples, the HTML header with the switch for dark mode,
and input.doxy, which names all of it in order. Copies into OUTPUT/html what pages link to.
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
import markdown_page as md  # noqa: E402

TOGGLE = """<script type="text/javascript" src="$relpath^doxygen-awesome-darkmode-toggle.js"></script>
<script type="text/javascript">DoxygenAwesomeDarkModeToggle.init()</script>
</head>"""


def pages_in_order(root):
    """The numbered pages are sorted by their numbers."""
    return [root / "README.md", *sorted((root / "doc").glob("*.md"), key=lambda page: (page.stem != "README", page)),
            root / "doc" / "design" / "README.md",
            *sorted((root / "doc" / "design").glob("[0-9]*.md")),
            root / "benchmark" / "README.md", *sorted((root / "benchmark/results").glob("*.md")),
            *sorted((root / "test").rglob("README.md")),
            root / "CONTRIBUTING.md", root / "CHANGELOG.md"]


class Site:
    def __init__(self, root, out):
        self.root, self.out = root, out
        self.pages = pages_in_order(root)
        self.examples = set()
        shutil.rmtree(out / "pages", ignore_errors=True)
        shutil.rmtree(out / "html", ignore_errors=True)
        (out / "pages").mkdir(parents=True)
        (out / "html").mkdir()

    def name(self, page):
        path = page.relative_to(self.root).with_suffix("")
        return "mainpage" if path.name == "README" and path.parent == Path(".") else (
            "page_" + re.sub(r"\W", "_", path.as_posix()))

    def write(self, page):
        text = page.read_text()
        children = [p for p in self.pages if self.parent(p) == page]
        headings = md.headings(text)
        # Doxygen wants a title, and no level left out.
        levels = sorted({1} | {len(match.group(1)) for match, _ in headings})
        edits = [self.with_label(page, levels, *heading) for heading in headings]
        for link in md.links(text):
            if not md.is_outside(link.group(3)):
                shown = text[link.start(2):link.end(2)]
                new = self.with_target(page, link.group(1), shown, link.group(3), children)
                edits.append((link.start(), link.end(), new))
        for begin, end, new in sorted(edits, reverse=True):
            text = text[:begin] + new + text[end:]
        text = without_links_to_namespace(text)
        text += "".join(f"\n@subpage {self.name(child)}\n" for child in children)
        if not headings or len(headings[0][0].group(1)) > 1:
            text = f"# Results: {page.stem} {{#{self.name(page)}}}\n\n{text}"
        (self.out / "pages" / f"{self.name(page)}.md").write_text(text)

    def parent(self, page):
        """The page it stands below in the tree, if any."""
        path = page.relative_to(self.root)
        if path.parent.name == "results":
            return page.parent.parent / "README.md"
        if path.parts[0] == "test":
            return self.root / "CONTRIBUTING.md"
        if path.parent.name == "design" and path.name != "README.md":
            return page.parent / "README.md"
        return None

    def with_label(self, page, levels, match, anchor):
        level = levels.index(len(match.group(1))) + 1
        if level > 1 and self.name(page) == "mainpage":
            # Else its sections would stand among the pages.
            html = f'<h{level} id="{anchor}">{match.group(2)}</h{level}>'
            return match.start(), match.end(2), html
        label = self.name(page) if level == 1 else f"{self.name(page)}-{anchor}"
        return match.start(), match.end(2), f"{'#' * level} {match.group(2)} {{#{label}}}"

    def with_target(self, page, image, shown, target, children):
        # A text of two lines before @ref makes Doxygen 1.9.4 lose track of blocks of code further down.
        shown = " ".join(shown.split())
        path, _, anchor = target.partition("#")
        where = (page.parent / path).resolve() if path else page
        if not where.exists():
            sys.exit(f"{page}: {target} leads nowhere")
        if where.is_dir() and (where / "README.md") in self.pages:
            where = where / "README.md"
        if image:
            shutil.copy(where, self.out / "html")
            return f'<img src="{where.name}" alt="{shown}"/>'
        if where in self.pages:
            if where in children and not anchor:
                children.remove(where)
                return f'@subpage {self.name(where)} "{shown}"'
            label = self.name(where)
            if label == "mainpage":
                return f'<a href="index.html#{anchor}">{shown}</a>'
            return f'[{shown}](@ref {f"{label}-{anchor}" if anchor else label})'
        return f'<a href="{self.file(where)}">{shown}</a>'

    def file(self, where):
        """Where a file or directory of the repository, that is no page, stands on the site."""
        path = where.relative_to(self.root)
        if where.is_dir():
            parts = sorted(p for p in where.rglob("*") if p.is_file())
            lines = [f'<li><a href="{p.relative_to(where)}">{p.relative_to(where)}</a></li>'
                     for p in parts]
            for p in parts:
                self.copy(p)
            index = self.out / "html" / "files" / path / "index.html"
            index.write_text(f"<!DOCTYPE html>\n<title>{path}</title>\n<h1>{path}</h1>\n<ul>\n"
                             + "\n".join(lines) + "\n</ul>\n")
            return f"files/{path}/index.html"
        if where.suffix in (".cpp", ".hpp") and path.parts[0] == "example":
            self.examples.add(path)
            return doxygen_file(path.as_posix()) + "-example.html"
        self.copy(where)
        return f"files/{path}"

    def copy(self, where):
        to = self.out / "html" / "files" / where.relative_to(self.root)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(where, to)

    def write_examples(self):
        texts = [f"/** @example {path.as_posix()} */\n" for path in sorted(self.examples)]
        (self.out / "pages" / "examples.dox").write_text("".join(texts))

    def write_input(self):
        names = [f"{self.name(page)}.md" for page in self.pages] + ["examples.dox"]
        (self.out / "pages" / "input.doxy").write_text(
            "".join(f'INPUT += "{self.out / "pages" / name}"\n' for name in names))

    def write_header(self, doxygen):
        names = [str(self.out / "pages" / name)
                 for name in ("header.html", "footer.html", "style.css")]
        subprocess.run([doxygen, "-w", "html", *names], check=True, stdout=subprocess.DEVNULL)
        header = Path(names[0])
        header.write_text(header.read_text().replace("</head>", TOGGLE))


def without_links_to_namespace(text):
    """Doxygen takes the library's name for that of its namespace, wherever it stands."""
    plain = md.INLINE_CODE.sub(md.blank, md.without_blocks(text))
    for match in reversed(list(re.finditer(r"(?<![\w/.:-])asio_wait(?![\w/.:-])", plain))):
        text = text[:match.start()] + "%" + text[match.start():]
    return text


def doxygen_file(name):
    """The name Doxygen gives the page of an example."""
    return name.replace("/", "_2").replace(".", "_8")


def main():
    root, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    site = Site(root, out)
    for page in site.pages:
        site.write(page)
    site.write_examples()
    site.write_input()
    site.write_header(sys.argv[3])


main()
