//! Text for people: source lines, and under each what belongs to it.

/// How parts of the text look on a terminal.
#[derive(Clone, Copy)]
enum Style {
    Title,
    Source,
    Note,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Style::Title => "1;36",
            Style::Source => "1",
            Style::Note => "2",
        }
    }
}

/// The text of an explanation as it grows.
pub struct Page<'s> {
    out: String,
    color: bool,
    lines: Vec<&'s str>,
    gutter: usize,
}

impl<'s> Page<'s> {
    pub fn new(source: &'s str, color: bool) -> Self {
        let lines: Vec<&str> = source.lines().collect();
        let gutter = lines.len().to_string().len().max(4);
        Page {
            out: String::new(),
            color,
            lines,
            gutter,
        }
    }
    pub fn finish(self) -> String {
        self.out
    }

    fn styled(&mut self, style: Style, text: &str) {
        if self.color && !text.is_empty() {
            self.out
                .push_str(&format!("\x1b[{}m{text}\x1b[0m", style.code()));
        } else {
            self.out.push_str(text);
        }
    }

    /// The start of a stage: its name, and one line on what it does.
    pub fn stage(&mut self, name: &str, does: &str) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.styled(Style::Title, &format!("== {name} =="));
        self.out.push(' ');
        self.out.push_str(does);
        self.out.push_str("\n\n");
    }
    /// The start of a part of a stage.
    pub fn heading(&mut self, text: &str) {
        if !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
        self.styled(Style::Title, text);
        self.out.push('\n');
    }
    /// A source line with its number.
    pub fn source(&mut self, line: u32) {
        let text = match self.lines.get((line as usize).wrapping_sub(1)) {
            Some(text) => text.trim_end(),
            None => "",
        };
        let gutter = self.gutter;
        if text.is_empty() {
            self.out.push_str(&format!("{line:>gutter$} |\n"));
            return;
        }
        self.out.push_str(&format!("{line:>gutter$} | "));
        self.styled(Style::Source, text);
        self.out.push('\n');
    }
    /// A line that belongs to the source line above.
    pub fn under(&mut self, text: &str) {
        let gutter = self.gutter;
        for line in text.split('\n') {
            let line = line.trim_end();
            let space = if line.is_empty() { "" } else { "   " };
            self.out
                .push_str(&format!("{:gutter$} |{space}{line}\n", ""));
        }
    }
    /// As [`under`](Page::under), less prominent.
    pub fn under_note(&mut self, text: &str) {
        let gutter = self.gutter;
        self.out.push_str(&format!("{:gutter$} |   ", ""));
        self.styled(Style::Note, text);
        self.out.push('\n');
    }
    /// A line beside no source line.
    pub fn plain(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }
    pub fn note(&mut self, text: &str) {
        self.styled(Style::Note, text.trim_end());
        self.out.push('\n');
    }
}
