//! Markup put together as text. For tables and pictures that hold nothing but the page's own words and
//! numbers: they weigh a fraction of what `html!` makes of them.

use yew::Html;

/// HTML in the making. Nothing is escaped: no text of a person, a peer or the bridge belongs in here.
#[derive(Default)]
pub(crate) struct Markup(String);

impl Markup {
    /// Adds some pieces.
    pub(crate) fn add(&mut self, pieces: &[&str]) {
        for piece in pieces {
            self.0.push_str(piece);
        }
    }

    pub(crate) fn number(&mut self, number: i32) {
        self.0.push_str(&number.to_string());
    }

    pub(crate) fn html(self) -> Html {
        Html::from_html_unchecked(self.0.into())
    }
}
