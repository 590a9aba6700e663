use std::rc::Rc;

use yew::prelude::*;

use super::{State, Store};

/// Properties of [`StoreProvider`].
#[derive(Debug, Clone, PartialEq, Properties)]
pub struct StoreProviderProps {
    /// The page's store, made once in `main`.
    pub store: Store,
    /// What may use it.
    pub children: Html,
}

/// Lets all below use the store.
#[component]
pub fn StoreProvider(props: &StoreProviderProps) -> Html {
    html! {
        <ContextProvider<Store> context={props.store.clone()}>
            { props.children.clone() }
        </ContextProvider<Store>>
    }
}

/// The store, for actions. It does not draw the component again; see [`use_selector`].
///
/// # Panics
/// Outside of a [`StoreProvider`].
#[hook]
pub fn use_store() -> Store {
    use_context::<Store>().expect("the page is inside of a StoreProvider")
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
    let update = use_force_update();
    let value = Rc::new(select(&store.state()));
    let current = use_mut_ref(|| None::<(Rc<T>, Rc<dyn Fn(&State) -> T>)>);
    *current.borrow_mut() = Some((value.clone(), Rc::new(select)));
    use_effect_with(store, move |store| {
        let watched = store.clone();
        let check = move || {
            let latest = current.borrow().clone();
            if let Some((shown, select)) = latest {
                let now = select(&watched.state());
                if now != *shown {
                    update.force_update();
                }
            }
        };
        // What changed between drawing and here.
        check();
        let subscription = store.subscribe(check);
        move || drop(subscription)
    });
    value
}
