"""Curves over the number of targets in one small SVG, by gnuplot: both axes logarithmic, for light and dark pages."""

import re
import subprocess
from typing import NamedTuple
from xml.sax.saxutils import escape

INK, FAINT, PAPER = "#24292f", "#d0d7de", "#ffffff"
# Colour, point, dashes: so that colour is not all that tells, and of two lines in one place both are seen.
LINES = (("#0969da", 7, 1), ("#bc4c00", 5, 2), ("#1a7f37", 9, 1))
DARK = {INK: "#e6edf3", FAINT: "#3d444d", PAPER: "#0d1117", "#0969da": "#58a6ff", "#bc4c00": "#f0883e",
        "#1a7f37": "#3fb950"}
HEAD, BETWEEN = 60, 100  # above all panels, and between two beside one another


class Panel(NamedTuple):
    title: str
    format: str  # of the tics of y, as gnuplot has it
    lines: dict  # {name: [(x, y)]}; a name that is empty is not shown


def words(number):
    return f"{number // 10**6} million" if number >= 10**6 else f"{number:,}"


def data(name, points):
    return f"${name} << EOD\n" + "".join(f"{x} {y}\n" for x, y in points) + "EOD\n"


def legend(names, width):
    """One row above a panel of that width. Not gnuplot's own: it takes letters for wider than they are."""
    place, labels = 4, []
    for name, (colour, point, _) in zip(names, LINES, strict=False):
        labels.append(f'set label "{name}" at graph {place / width},1.1 point pt {point} ps 0.8 lc rgb "{colour}" '
                      f'offset 0.8,-0.25 textcolor rgb "{INK}"')
        place += 7.5 * len(name) + 30
    return "\n".join(labels)


def panel_script(number, panel, width):
    """Its data and how it is plotted."""
    named = any(panel.lines)
    blocks = "".join(data(f"p{number}_{i}", points) for i, points in enumerate(panel.lines.values()))
    plots = ", ".join(f'$p{number}_{i} using 1:2 with linespoints lc rgb "{colour}" lw 2 dt {dash} pt {point} ps 0.8'
                      for i, (colour, point, dash) in enumerate(LINES[:len(panel.lines)]))
    xs = sorted({x for points in panel.lines.values() for x, _ in points})
    tics = ", ".join(f'"{words(x)}" {x}' for x in xs)
    return f"""{blocks}
set label "{panel.title}" at graph 0,{1.21 if named else 1.09} textcolor rgb "{INK}"
{legend(panel.lines, width) if named else ""}
set xtics ({tics}) textcolor rgb "{INK}"
set xrange [{xs[0] * 0.7}:{xs[-1] * 1.5}]
set format y "{panel.format}"
plot {plots}
unset label
"""


def script(title, note, panels):
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    plot_width = 310 if columns == 2 else 510
    width, height = columns * (plot_width + BETWEEN), rows * 270 + HEAD
    return f"""
set terminal svg size {width},{height} font "sans-serif,13" background "{PAPER}" noenhanced
set label "{title}" at screen {14 / width},{1 - 18 / height} font ",16" textcolor rgb "{INK}"
set label "{note}" at screen {14 / width},{1 - 38 / height} font ",11" textcolor rgb "{INK}"
set logscale xy
set border 3 lc rgb "{INK}"
set tics nomirror scale 0.6 textcolor rgb "{INK}"
set grid xtics ytics lt 1 lw 1 lc rgb "{FAINT}"
unset key
set multiplot layout {rows},{columns} spacing screen {BETWEEN / width},{84 / height} \\
  margins screen {70 / width},{1 - 30 / width},{30 / height},{1 - (HEAD + 42) / height}
{"".join(panel_script(i, panel, plot_width) for i, panel in enumerate(panels))}unset multiplot
"""


def spoken(panels):
    """The points, for those who do not see the figure."""
    return " ".join(f"{panel.title}{', ' + name if name else ''} ({panel.format.split()[-1].replace('%c', '')}): "
                    + ", ".join(f"{y:{',.0f' if y >= 100 else '.3g'}} at {words(x)}" for x, y in points) + "."
                    for panel in panels for name, points in panel.lines.items())


def dark_style():
    rules = (f'[{attribute}="{light}"]{{{attribute}:{dark}}}'
             for light, dark in DARK.items() for attribute in ("fill", "stroke", "color"))
    return f"<style>@media (prefers-color-scheme:dark){{{''.join(rules)}}}</style>"


def draw(path, title, note, panels):
    drawn = subprocess.run(["gnuplot"], input=script(title, note, panels), capture_output=True, text=True, check=True)
    svg = re.sub(r"rgb\( *(\d+), *(\d+), *(\d+)\)", lambda rgb: "#%02x%02x%02x" % tuple(map(int, rgb.groups())),
                 drawn.stdout.replace("'", '"'))
    for useless in (r"<title>gnuplot_plot[^<]*</title>", r" id=\"gnuplot_plot[^\"]*\"",
                    r" stroke-linecap=\"butt\" stroke-linejoin=\"miter\"", r"<g [^>]*>\s*</g>\n", r"(?<=\d)\.00\b"):
        svg = re.sub(useless, "", svg)
    svg = re.sub(r"<title>.*?</desc>", lambda _: f'<title id="title">{escape(title)}</title>\n<desc id="desc">'
                 f"{escape(note)}. {escape(spoken(panels))}</desc>\n{dark_style()}", svg, count=1, flags=re.DOTALL)
    path.write_text(svg.replace("<svg", '<svg role="img" aria-labelledby="title desc"', 1))
    print(f"drew {path}")
