// The three quotes that end a string are typed over one by one. CodeMirror's closeBrackets goes over all of them at the first,
// so that who types all three, as one does, has two too many.
import {syntaxTree} from "@codemirror/language";
import {EditorView} from "@codemirror/view";

/** How many quotes of a triple-quoted string's end stand behind a place: 0 where it is not in that end. */
function left(state, place) {
  const node = syntaxTree(state).resolveInner(place, 1);
  const text = state.sliceDoc(node.from, node.to);
  const quotes = /^[a-zA-Z]*("""|''')/.exec(text)?.[1];
  const whole = quotes && text.length >= text.indexOf(quotes) + 6 && text.endsWith(quotes);
  return whole && place >= node.to - 3 ? node.to - place : 0;
}

export const typedOverQuotes = EditorView.inputHandler.of((view, from, to, typed) => {
  const {state} = view;
  const {ranges, main} = state.selection;
  if (ranges.length > 1 || !main.empty || from !== to || !/^["']$/.test(typed)) return false;
  if (state.sliceDoc(from, from + 1) !== typed || !left(state, from)) return false;
  view.dispatch({selection: {anchor: from + 1}, userEvent: "input.type", scrollIntoView: true});
  return true;
});
