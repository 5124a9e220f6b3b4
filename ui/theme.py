"""The page's looks: quiet greys, one accent, the system's own fonts."""

from __future__ import annotations

import gradio as gr
from gradio.themes.utils import colors, sizes

SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Liberation Sans", "sans-serif")
MONO = (
    "ui-monospace",
    "SF Mono",
    "Cascadia Code",
    "Menlo",
    "Consolas",
    "DejaVu Sans Mono",
    "monospace",
)

INDIGO = colors.Color(
    name="phi",
    c50="#eef1fb",
    c100="#dfe4f7",
    c200="#c1caef",
    c300="#9dabe5",
    c400="#7a8bda",
    c500="#5a6bcb",
    c600="#4353b4",
    c700="#364392",
    c800="#2b3673",
    c900="#232c5c",
    c950="#161c3d",
)


class PhiTheme(gr.themes.Base):
    """Gradio's base theme with our colours; the editor's own live in `style.css`."""

    def __init__(self) -> None:
        super().__init__(
            primary_hue=INDIGO,
            secondary_hue=INDIGO,
            neutral_hue=colors.zinc,
            text_size=sizes.text_md,
            spacing_size=sizes.spacing_md,
            radius_size=sizes.radius_md,
            font=[gr.themes.Font(name) for name in SANS],
            font_mono=[gr.themes.Font(name) for name in MONO],
        )
        self.name = "phi"
        self.set(
            body_background_fill="#f7f7f8",
            body_background_fill_dark="#131316",
            body_text_color="#1d1d21",
            body_text_color_dark="#e6e6ea",
            body_text_color_subdued="#5d5d68",
            body_text_color_subdued_dark="#a2a2ae",
            background_fill_primary="#ffffff",
            background_fill_primary_dark="#1b1b1f",
            background_fill_secondary="#f7f7f8",
            background_fill_secondary_dark="#131316",
            border_color_primary="#dcdce1",
            border_color_primary_dark="#34343b",
            block_background_fill="transparent",
            block_background_fill_dark="transparent",
            block_border_width="0px",
            block_padding="0px",
            block_shadow="none",
            block_label_background_fill="transparent",
            block_label_background_fill_dark="transparent",
            block_title_text_color="*body_text_color",
            block_title_text_color_dark="*body_text_color",
            block_title_text_weight="600",
            block_title_text_size="*text_sm",
            block_info_text_color="*body_text_color_subdued",
            block_info_text_color_dark="*body_text_color_subdued",
            block_info_text_size="*text_xs",
            input_background_fill="#ffffff",
            input_background_fill_dark="#1b1b1f",
            input_border_color="#c9c9d1",
            input_border_color_dark="#44444d",
            input_border_color_focus="*primary_500",
            input_border_color_focus_dark="*primary_400",
            input_placeholder_color="#6b6b76",
            input_placeholder_color_dark="#92929e",
            slider_color="*primary_500",
            slider_color_dark="*primary_400",
            button_primary_background_fill="*primary_600",
            button_primary_background_fill_dark="*primary_600",
            button_primary_background_fill_hover="*primary_700",
            button_primary_background_fill_hover_dark="*primary_500",
            button_primary_text_color="#ffffff",
            button_primary_text_color_dark="#ffffff",
            button_secondary_background_fill="#ffffff",
            button_secondary_background_fill_dark="#26262b",
            button_secondary_background_fill_hover="#ededf0",
            button_secondary_background_fill_hover_dark="#323239",
            button_secondary_text_color="#1d1d21",
            button_secondary_text_color_dark="#e6e6ea",
            button_border_width="1px",
            button_secondary_border_color="#c9c9d1",
            button_secondary_border_color_dark="#44444d",
            button_primary_border_color="*primary_600",
            button_primary_border_color_dark="*primary_600",
            button_large_padding="0.5rem 1rem",
            button_large_text_weight="600",
            button_large_text_size="*text_md",
        )
