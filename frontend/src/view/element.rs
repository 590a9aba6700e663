//! Elements made by plain calls: a part of the code that `html!` becomes, for views of many small
//! parts. What is done to them is heard at the element around them, by their names. None of the calls
//! is inlined: that is what keeps them small.

use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use yew::html::{onchange, onclick};
use yew::prelude::*;
use yew::virtual_dom::{Listener, VTag, VText};

/// An element in the making.
pub(crate) struct Element(Box<VTag>);

#[inline(never)]
pub(crate) fn element(tag: &'static str, class: &'static str) -> Element {
    let element = Element(Box::new(VTag::new(AttrValue::Static(tag))));
    if class.is_empty() {
        return element;
    }
    element.is("class", class)
}

/// A button by its name in tests, which is its name for what it does, too.
#[inline(never)]
pub(crate) fn button(id: &'static str, text: &'static str) -> Element {
    let element = element("button", "small").is("type", "button");
    element.is("data-testid", id).text(text)
}

/// A choice of one of some values.
pub(crate) fn select(
    id: &'static str,
    label: &'static str,
    options: &mut dyn Iterator<Item = (&'static str, &'static str, bool)>,
) -> Element {
    let mut select = element("select", "")
        .is("data-testid", id)
        .is("aria-label", label);
    for (value, name, selected) in options {
        let mut option = element("option", "").is("value", value).text(name);
        if selected {
            option = option.is("selected", "");
        }
        select = select.child(option.key(value.to_owned()));
    }
    select
}

/// A switch without words.
pub(crate) fn checkbox(id: &'static str, on: bool, disabled: bool) -> Element {
    let mut input = element("input", "")
        .is("type", "checkbox")
        .is("data-testid", id);
    input.0.set_checked(on);
    if disabled {
        input = input.is("disabled", "");
    }
    input
}

/// A switch.
pub(crate) fn check(id: &'static str, text: &'static str, on: bool, disabled: bool) -> Element {
    let words = element("span", "").text(text);
    element("label", "check")
        .child(checkbox(id, on, disabled))
        .child(words)
}

/// By which name in tests something happened: most presses meet a sign or a word inside of a button.
#[inline(never)]
pub(crate) fn named(event: &Event) -> Option<String> {
    let target: web_sys::Element = event.target()?.dyn_into().ok()?;
    let named = target.closest("[data-testid]").ok()??;
    named.get_attribute("data-testid")
}

impl Element {
    #[inline(never)]
    pub(crate) fn is(mut self, name: &'static str, value: &'static str) -> Self {
        self.0.add_attribute(name, AttrValue::Static(value));
        self
    }

    #[inline(never)]
    pub(crate) fn with(mut self, name: &'static str, value: String) -> Self {
        self.0.add_attribute(name, AttrValue::from(value));
        self
    }

    /// Numbers as attributes.
    #[inline(never)]
    pub(crate) fn numbers(mut self, numbers: &[(&'static str, i32)]) -> Self {
        for (name, number) in numbers {
            self = self.with(name, number.to_string());
        }
        self
    }

    /// An attribute that may be missing.
    #[inline(never)]
    pub(crate) fn option(self, name: &'static str, value: Option<String>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// An attribute that says by being there.
    #[inline(never)]
    pub(crate) fn mark(self, name: &'static str, on: bool) -> Self {
        if on { self.is(name, "") } else { self }
    }

    #[inline(never)]
    pub(crate) fn number(self, name: &'static str, value: u64) -> Self {
        self.with(name, value.to_string())
    }

    /// A style, as a property: the page's policy forbids it as an attribute.
    #[inline(never)]
    pub(crate) fn style(mut self, value: &str) -> Self {
        self.0.add_property("style", value);
        self
    }

    #[inline(never)]
    pub(crate) fn value(mut self, value: String) -> Self {
        self.0.set_value(Some(AttrValue::from(value)));
        self
    }

    #[inline(never)]
    pub(crate) fn pressed(self, on: bool) -> Self {
        self.is("aria-pressed", if on { "true" } else { "false" })
    }

    #[inline(never)]
    pub(crate) fn text(self, text: &'static str) -> Self {
        self.html(VText::new(AttrValue::Static(text)).into())
    }

    #[inline(never)]
    pub(crate) fn words(self, text: String) -> Self {
        self.html(VText::new(AttrValue::from(text)).into())
    }

    #[inline(never)]
    pub(crate) fn child(self, child: Self) -> Self {
        self.html((*child.0).into())
    }

    /// A child that may be missing. Its place stays, so that those beside it stay what they are:
    /// without keys, Yew finds children again by their place.
    #[inline(never)]
    pub(crate) fn maybe(self, child: Option<Self>) -> Self {
        match child {
            Some(child) => self.child(child),
            None => self.html(Html::default()),
        }
    }

    #[inline(never)]
    pub(crate) fn html(mut self, child: Html) -> Self {
        self.0.add_child(child);
        self
    }

    #[inline(never)]
    pub(crate) fn key(mut self, key: String) -> Self {
        self.0.key = Some(key.into());
        self
    }

    /// Hears of clicks on it, or on what is in it.
    #[inline(never)]
    pub(crate) fn on_click(self, does: Callback<MouseEvent>) -> Self {
        self.hears(Rc::new(onclick::Wrapper::new(does)))
    }

    #[inline(never)]
    pub(crate) fn on_change(self, does: Callback<Event>) -> Self {
        self.hears(Rc::new(onchange::Wrapper::new(does)))
    }

    /// Hears of something done to it, or to what is in it.
    pub(crate) fn hears(mut self, listener: Rc<dyn Listener>) -> Self {
        self.0.add_listener(listener);
        self
    }

    pub(crate) fn node(mut self, node: &NodeRef) -> Self {
        self.0.node_ref = node.clone();
        self
    }

    pub(crate) fn done(self) -> Html {
        (*self.0).into()
    }
}
