// The arrows scroll what is wider than its box. Without this, mdBook would turn the page.
"use strict";
document.addEventListener("keydown", (event) => {
    const box = event.target.closest(".beside figure, .table-wrapper, pre > code");
    const isArrow = event.key === "ArrowLeft" || event.key === "ArrowRight";
    if (isArrow && box && box.scrollWidth > box.clientWidth) {
        event.stopPropagation();
    }
}, { capture: true });
