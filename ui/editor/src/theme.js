// Looks. All colours are custom properties of the page, so that light and dark need no second theme.
import {Compartment} from "@codemirror/state";
import {EditorView} from "@codemirror/view";
import {HighlightStyle, syntaxHighlighting} from "@codemirror/language";
import {tags as t} from "@lezer/highlight";

export const code = HighlightStyle.define([
  {tag: [t.keyword, t.modifier, t.operatorKeyword], color: "var(--phi-code-keyword)"},
  {tag: [t.string, t.special(t.string)], color: "var(--phi-code-string)"},
  {tag: [t.number, t.bool, t.null, t.atom], color: "var(--phi-code-number)"},
  {tag: t.comment, color: "var(--phi-code-comment)", fontStyle: "italic"},
  {
    tag: [t.function(t.definition(t.variableName)), t.definition(t.className)],
    color: "var(--phi-code-definition)",
    fontWeight: "600",
  },
  {tag: [t.function(t.variableName), t.function(t.propertyName)], color: "var(--phi-code-call)"},
  {tag: [t.className, t.typeName, t.meta], color: "var(--phi-code-type)"},
]);

const look = EditorView.theme({
  "&": {height: "100%", fontSize: "var(--phi-code-size)", color: "var(--phi-ink)"},
  "&.cm-focused": {outline: "none"},
  ".cm-scroller": {fontFamily: "var(--font-mono)", lineHeight: "1.6", overflow: "auto"},
  ".cm-content": {caretColor: "var(--phi-accent)", padding: "0.75rem 0"},
  ".cm-line": {padding: "0 1rem 0 0.5rem"},
  ".cm-cursor": {borderLeftColor: "var(--phi-accent)", borderLeftWidth: "2px"},
  ".cm-gutters": {background: "transparent", border: "none", color: "var(--phi-faint)"},
  ".cm-lineNumbers .cm-gutterElement": {minWidth: "2.5rem", padding: "0 0.5rem 0 0"},
  ".cm-activeLine": {background: "var(--phi-line)"},
  ".cm-activeLineGutter": {background: "transparent", color: "var(--phi-ink-2)"},
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--phi-selection)",
  },
  ".cm-selectionMatch": {background: "var(--phi-selection)"},
  "&.cm-focused .cm-matchingBracket": {background: "var(--phi-selection)", outline: "none"},
  ".cm-placeholder": {color: "var(--phi-faint)"},
  ".cm-foldPlaceholder": {background: "var(--phi-line)", border: "none", color: "var(--phi-ink-2)"},
  ".cm-panels": {background: "var(--phi-panel)", color: "var(--phi-ink)"},
  ".cm-panels-bottom": {borderTop: "1px solid var(--phi-rule)"},
  ".cm-ghost": {color: "var(--phi-ghost)", fontStyle: "italic", whiteSpace: "pre-wrap"},
});

const isDark = () => document.body.classList.contains("dark");

/** The theme, with CodeMirror's own light or dark details following the class that Gradio puts on the body. */
export function theming() {
  const dark = new Compartment();
  return {
    extension: [look, syntaxHighlighting(code), dark.of(EditorView.darkTheme.of(isDark()))],
    /** Follows later changes; returns the function that ends it. */
    follow(view) {
      let shown = isDark();
      const observer = new MutationObserver(() => {
        if (isDark() === shown) return;
        shown = isDark();
        view.dispatch({effects: dark.reconfigure(EditorView.darkTheme.of(shown))});
      });
      observer.observe(document.body, {attributes: true, attributeFilter: ["class"]});
      return () => observer.disconnect();
    },
  };
}
