use sockscope_frontend::code::{Language, Line};
use sockscope_frontend::scribe::{Listing, Listings, Tongue};
use sockscope_protocol::{CallId, Seq};

/// What is shown, and what was chosen.
pub(super) struct Panel {
    pub(super) language: Language,
    pub(super) chinese: bool,
    /// Which program, as a place among them.
    pub(super) chosen: usize,
    /// The first line in sight, about.
    pub(super) first: usize,
    /// Whether the browser let the text be copied.
    pub(super) copied: Option<bool>,
    pub(super) written: Written,
    /// What was asked for last, and whether it has not come yet.
    pub(super) asked: Option<Asked>,
    pub(super) waits: bool,
    /// Up to which event the programs that are here go, and how they are written.
    pub(super) shown: Option<(Seq, Tongue)>,
    /// Nothing has happened yet.
    pub(super) empty: bool,
    /// Whether the panel is in sight.
    pub(super) seen: bool,
    /// The call that is pointed out, and the program that makes it.
    lit: (Option<CallId>, Option<usize>),
}

/// What the programs follow from: the session, how far its log goes, how they are written.
pub(super) type Asked = ((u32, u64), Seq, Tongue);

/// The programs, as far as they are here.
#[derive(Default)]
pub(super) enum Written {
    #[default]
    Nothing,
    Here(Listings),
    Failed,
}

impl Default for Panel {
    fn default() -> Self {
        Self {
            language: Language::Python,
            chinese: false,
            chosen: 0,
            first: 0,
            copied: None,
            written: Written::Nothing,
            asked: None,
            waits: false,
            shown: None,
            empty: true,
            seen: false,
            lit: (None, None),
        }
    }
}

impl Panel {
    pub(super) fn tongue(&self) -> Tongue {
        Tongue {
            language: self.language,
            chinese: self.chinese,
        }
    }

    fn programs(&self) -> &[Listing] {
        match &self.written {
            Written::Here(listings) => &listings.programs,
            _ => &[],
        }
    }

    fn place(&self) -> usize {
        self.chosen.min(self.programs().len().saturating_sub(1))
    }

    /// The one that is shown.
    pub(super) fn program(&self) -> Option<&Listing> {
        self.programs().get(self.place())
    }

    pub(super) fn choose(&mut self, name: &str) {
        let at = self.programs().iter().position(|one| one.name == name);
        self.chosen = at.unwrap_or(self.chosen);
    }

    /// The program that makes the call is shown; another one can still be chosen.
    pub(super) fn point_at(&mut self, lit: Option<CallId>) {
        let holder = lit.and_then(|call| {
            let mut programs = self.programs().iter();
            programs.position(|program| program.calls.contains(&call))
        });
        if self.lit != (lit, holder) {
            self.lit = (lit, holder);
            self.chosen = holder.unwrap_or(self.chosen);
        }
    }

    pub(super) fn lights(&self, line: &Line) -> bool {
        self.lit.0.is_some_and(|call| line.calls.contains(&call))
    }

    /// Where to scroll: to which line of how many. A change of it, or of the text, scrolls anew.
    pub(super) fn goal(&self) -> (Option<usize>, usize, usize, Language) {
        let lines = self.program().map_or(&[][..], |program| &program.lines);
        let target = lines.iter().position(|line| self.lights(line));
        (target, lines.len(), self.place(), self.language)
    }
}
