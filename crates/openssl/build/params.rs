//! The names of OpenSSL's parameters: macros with the names, numbers of the names, and the function that finds a number.

use std::collections::BTreeMap;

pub struct Params {
    /// From the macro's name to the text, or to the macro that it is the same as (`*NAME`).
    names: BTreeMap<String, String>,
}

impl Params {
    /// Reads the table `%params`: lines of the form `'NAME' => "text",`.
    pub fn read(perl: &str) -> Params {
        let names = perl
            .lines()
            .filter_map(|line| {
                let (name, text) = line.trim().strip_prefix('\'')?.split_once('\'')?;
                let text = text.trim_start().strip_prefix("=>")?.trim_start();
                let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
                Some((name.to_owned(), text[1..].split(quote).next()?.to_owned()))
            })
            .collect();
        Params { names }
    }
    pub fn public_macros(&self) -> String {
        let line = |(name, text): (&String, &String)| match text.strip_prefix('*') {
            Some(same) => format!("# define OSSL_{name} OSSL_{same}\n"),
            None => format!("# define OSSL_{name} \"{text}\"\n"),
        };
        self.names.iter().map(line).collect()
    }
    /// The number of each text.
    fn numbers(&self) -> BTreeMap<&str, usize> {
        let mut numbers = BTreeMap::new();
        for text in self.names.values().filter(|text| !text.starts_with('*')) {
            let next = numbers.len();
            numbers.entry(text.as_str()).or_insert(next);
        }
        numbers
    }
    pub fn internal_macros(&self) -> String {
        let numbers = self.numbers();
        let mut macros = format!("#define NUM_PIDX {}\n", numbers.len());
        for (name, text) in &self.names {
            macros += &match text.strip_prefix('*') {
                Some(same) => format!("#define PIDX_{name} PIDX_{same}\n"),
                None => format!("#define PIDX_{name} {}\n", numbers[text.as_str()]),
            };
        }
        macros
    }
    /// A search by halves over the sorted texts.
    pub fn decoder(&self) -> String {
        let table: String = self
            .numbers()
            .iter()
            .map(|(text, number)| format!("    {{ \"{text}\", {number} }},\n"))
            .collect();
        format!(
            "static const struct {{ const char *name; int number; }} names[] = {{\n{table}}};\n\
             int ossl_param_find_pidx(const char *s)\n{{\n\
             \x20   int low = 0, high = (int)(sizeof(names) / sizeof(names[0]));\n\
             \x20   while (low < high) {{\n\
             \x20       int middle = (low + high) / 2, order = strcmp(s, names[middle].name);\n\
             \x20       if (order == 0)\n            return names[middle].number;\n\
             \x20       if (order < 0)\n            high = middle;\n        else\n            low = middle + 1;\n\
             \x20   }}\n    return -1;\n}}\n"
        )
    }
}
