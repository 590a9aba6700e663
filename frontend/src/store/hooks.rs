use std::rc::Rc;

use yew::prelude::*;

use super::{State, Store};

/// The store, for actions. It does not draw the component again; see [`use_selector`].
///
/// # Panics
/// Where nothing above provides it, as `ContextProvider<Store>`.
#[hook]
pub fn use_store() -> Store {
    use_context::<Store>().expect("the page provides its store")
}

/// What `select` takes from the state. The component is drawn again when that changes, at most
/// once per animation frame.
#[hook]
pub fn use_selector<T, F>(select: F) -> Rc<T>
where
    T: PartialEq + 'static,
    F: Fn(&State) -> T + 'static,
{
    let store = use_store();
    let value = Rc::new(select(&store.state()));
    let shown = value.clone();
    use_changes(store, Rc::new(move |state: &State| select(state) != *shown));
    value
}

/// Whether something differs from what is drawn.
type Differs = Rc<dyn Fn(&State) -> bool>;

/// Draws the component again when something differs. The same code for all that is selected.
#[hook]
fn use_changes(store: Store, differs: Differs) {
    let update = use_force_update();
    let current = use_mut_ref(|| None::<Differs>);
    *current.borrow_mut() = Some(differs);
    use_effect_with(store, move |store| {
        let watched = store.clone();
        let check = move || {
            let latest = current.borrow().clone();
            if latest.is_some_and(|differs| differs(&watched.state())) {
                update.force_update();
            }
        };
        // What changed between drawing and here.
        check();
        let subscription = store.subscribe(check);
        move || drop(subscription)
    });
}
