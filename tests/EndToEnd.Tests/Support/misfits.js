// What of the page does not fit the screen, a thumb (44 px) or weak eyes (WCAG 2.2, 1.4.3: contrast of 4.5), in words.
() => {
  const wrong = [], root = document.documentElement;
  const visible = e => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const shown = e => visible(e) && e.getBoundingClientRect().width > 1 && !e.closest(".hidden");
  const named = e => `${e.tagName.toLowerCase()}.${e.className} '${e.textContent.trim().slice(0, 30)}'`;

  if (root.scrollWidth > root.clientWidth) wrong.push(`the page is ${root.scrollWidth} px wide on ${root.clientWidth}`);
  for (const e of document.querySelectorAll("body *")) {
    if (!shown(e) || getComputedStyle(e).display === "inline" || e.closest("svg, select")) continue;
    if (e.scrollWidth > e.clientWidth + 1) wrong.push(`${named(e)} clips ${e.scrollWidth} px to ${e.clientWidth}`);
  }

  for (const e of document.querySelectorAll("button, select, input, summary, [role=option]")) {
    const height = e.getBoundingClientRect().height;
    if (e.tagName !== "OPTION" && shown(e) && height < 43.9) wrong.push(`${named(e)} is ${height} px high`);
  }

  const channels = color => color.match(/[\d.]+/g).map(Number);
  const luminance = color => {
    const [r, g, b] = channels(color).map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = e => {
    for (; e; e = e.parentElement) {
      const color = getComputedStyle(e).backgroundColor;
      if ((channels(color)[3] ?? 1) > 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  for (const e of document.querySelectorAll("body *")) {
    const speaks = [...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.textContent.trim());
    if (!speaks || !shown(e) || e.disabled || e.closest("option, svg")) continue;
    const [a, b] = [getComputedStyle(e).color, behind(e)].map(luminance);
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) wrong.push(`${named(e)} has a contrast of ${contrast.toFixed(2)}`);
  }
  return wrong;
}
