import type { Page } from "playwright-core";

/** Runs in the page: text, so that it needs no types of the browser here. */
const look = `(() => {
	const found = [];
	const name = (node) => node.tagName.toLowerCase() + (typeof node.className === "string" && node.className ? "." + node.className.trim().replace(/\\s+/g, ".") : "") + " «" + (node.innerText || node.value || node.getAttribute("aria-label") || "").trim().slice(0, 40) + "»";
	const seen = (node) => {
		const style = getComputedStyle(node);
		const box = node.getBoundingClientRect();
		return style.visibility !== "hidden" && style.display !== "none" && Number(style.opacity) > 0 && box.width > 1 && box.height > 1;
	};
	const page = document.documentElement;
	const scrolls = (node) => node !== null && node !== page && (/auto|scroll/.test(getComputedStyle(node).overflowX) || scrolls(node.parentElement));
	if (page.scrollWidth > page.clientWidth) found.push("the page scrolls sideways by " + (page.scrollWidth - page.clientWidth) + " px");
	for (const node of document.querySelectorAll("#app *")) {
		if (!seen(node) || node.closest(".unseen")) continue;
		const style = getComputedStyle(node);
		const cuts = style.overflowX === "hidden" || style.overflowX === "clip";
		const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
		if (cuts && own && node.scrollWidth > node.clientWidth + 1 && !node.closest("[title], .cut") && !node.querySelector("[title]"))
			found.push("cut without a title: " + name(node));
		const box = node.getBoundingClientRect();
		if (own && box.right > page.clientWidth + 1 && !node.closest(".cut") && !scrolls(node)) found.push("beyond the edge: " + name(node));
	}
	const active = [...document.querySelectorAll("#app button, #app a[href], #app input, #app select, #app textarea")].filter(
		(node) => seen(node) && !node.closest(".unseen") && getComputedStyle(node).position !== "absolute");
	const layer = (node) => node.closest(".cards, .card, dialog, .toasts, header, .bars, nav") ?? null;
	for (let i = 0; i < active.length; i++) {
		const a = active[i].getBoundingClientRect();
		for (let j = i + 1; j < active.length; j++) {
			if (active[i].contains(active[j]) || active[j].contains(active[i]) || layer(active[i]) !== layer(active[j])) continue;
			const b = active[j].getBoundingClientRect();
			const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
			const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
			if (wide > 2 && high > 2) found.push("overlap: " + name(active[i]) + " and " + name(active[j]));
		}
	}
	return found;
})()`;

/** What does not fit: sideways scrolling, text cut without a title, things to press that lie on each other. */
export const misfits = (page: Page): Promise<string[]> => page.evaluate<string[]>(look);

/**
 * Runs in the page: what it says in words of its own. Data of people, lines of files and keys are left out by their
 * elements, data inside of a sentence by the signs that isolate it.
 */
const said = `(() => {
	const texts = [];
	const data = "bdi, code, kbd, .code, .brand, .door-brand, [lang]:not(html)";
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let node = walk.nextNode(); node; node = walk.nextNode())
		if (!node.parentElement.closest(data + ", script, option[value*='-8000-'], option")) texts.push(node.textContent);
	for (const node of document.querySelectorAll("body *"))
		for (const name of ["aria-label", "title", "placeholder"])
			if (node.hasAttribute(name) && !node.closest(data) && !node.matches(".cut") && !(name === "title" && node.querySelector("bdi"))) texts.push(node.getAttribute(name));
	return texts.map((text) => text.replace(/\\u2068[^\\u2069]*\\u2069/g, " ").trim()).filter(Boolean);
})()`;

/** Ukrainian and Russian have letters of their own; two Latin words in a row, or no other word at all, are English. */
const english = /[a-z]{2,} [a-z]{2,}|^[^а-яіїєґ]*[a-z]{4,}[^а-яіїєґ]*$/i;
const foreign = { uk: /[ыэъё]/i, ru: /[іїєґ]/i, en: /[а-яіїєґ]/i } as const;
/** What is written like this in every language: names, codes, paths, lines of settings. */
const names =
	/\b(Dzvin|Office|Asterisk|FreePBX|Issabel|MariaDB|MySQL|PostgreSQL|SQLite|Ctrl|Alt)\b|https?:\/\/|asteriskcdrdb|"[^"]*("|$)|\S*[/_.]\S*|\b[A-Z]{3}\b/g;

/** What stands on the page in another language than this one. */
export async function foreignWords(page: Page, language: keyof typeof foreign): Promise<string[]> {
	const texts = await page.evaluate<string[]>(said);
	const strange = (text: string) => foreign[language].test(text) || (language !== "en" && english.test(text));
	return texts.filter((text) => strange(text.replace(names, ""))).map((text) => `foreign: «${text}»`);
}
