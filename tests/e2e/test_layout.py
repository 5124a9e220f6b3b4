"""What is where: the whole page at once on a desktop, and nothing that moves while text streams."""

from __future__ import annotations

from tests.e2e.studio import until

SHORT = (
    "class Point:\n    def __init__(self, x, y):\n        self.x = x\n\n    def __repr__(self):\n"
)


def test_a_desktop_shows_the_editor_and_its_buttons_at_once(studio):
    height = "[document.documentElement.scrollHeight, innerHeight]"
    needed, there = studio.page.evaluate(height)
    assert needed <= there == 800
    studio.write(SHORT)
    studio.complete(max_tokens="24", temperature="0")
    studio.finish()
    needed, there = studio.page.evaluate(height)
    assert needed <= there
    first_line, editor = studio.page.evaluate(
        """() => ['.cm-line', '.phi-editor'].map(
            name => document.querySelector(name).getBoundingClientRect().top)"""
    )
    assert first_line >= editor >= 0


def test_nothing_moves_while_text_streams(studio):
    boxes = """() => ['.phi-editor', '.phi-footer', '#do-complete', '#status', '#share', '#seed'].map(
        name => JSON.stringify(document.querySelector(name).getBoundingClientRect())).join()"""
    studio.write("def print_prime(n):\n")
    before = studio.page.evaluate(boxes)
    studio.page.evaluate(
        """() => {
            window.shifts = [];
            new PerformanceObserver(list => {
                for (const {value, sources} of list.getEntries()) {
                    window.shifts.push([value, sources.map(({node}) => node?.className ?? '')]);
                }
            }).observe({type: 'layout-shift'});
        }"""
    )
    studio.complete(max_tokens="96", temperature="1", seed="5")
    until(lambda: studio.ghost, "a suggestion")
    assert studio.page.evaluate(boxes) == before
    studio.finish()
    assert studio.page.evaluate(boxes) == before
    # Figures of the status line may give each other room; 0.1 is where a reader is disturbed (web.dev/cls).
    shifts = studio.page.evaluate("window.shifts")
    assert sum(value for value, _ in shifts) < 0.01, shifts


def test_the_measure_of_movement_sees_one(studio):
    """The test above would mean nothing if this browser measured nothing."""
    studio.page.evaluate(
        """() => {
            window.shifts = [];
            new PerformanceObserver(list => window.shifts.push(...list.getEntries().map(e => e.value)))
                .observe({type: 'layout-shift'});
            setTimeout(() => { document.querySelector('.phi-head').style.marginTop = '90px'; }, 100);
        }"""
    )
    until(lambda: sum(studio.page.evaluate("window.shifts")) > 0.01, "a layout shift")
