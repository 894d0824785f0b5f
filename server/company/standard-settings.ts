import type { Settings } from "../protocol/settings.ts";

interface Land {
	readonly timeZone: string;
	readonly currency: string;
	readonly language: keyof typeof refusalReasons;
}

const lands: Readonly<Record<string, Land>> = {
	UA: { timeZone: "Europe/Kyiv", currency: "UAH", language: "uk" },
	RU: { timeZone: "Europe/Moscow", currency: "RUB", language: "ru" },
	BY: { timeZone: "Europe/Minsk", currency: "BYN", language: "ru" },
	KZ: { timeZone: "Asia/Almaty", currency: "KZT", language: "ru" },
	PL: { timeZone: "Europe/Warsaw", currency: "PLN", language: "en" },
	DE: { timeZone: "Europe/Berlin", currency: "EUR", language: "en" },
	GB: { timeZone: "Europe/London", currency: "GBP", language: "en" },
	US: { timeZone: "America/New_York", currency: "USD", language: "en" },
};

const elsewhere: Land = { timeZone: "UTC", currency: "USD", language: "en" };

const refusalReasons = {
	uk: ["Дорого", "Немає в наявності", "Обрали іншого", "Не на часі", "Не влаштували умови", "Інше"],
	ru: ["Дорого", "Нет в наличии", "Выбрали другого", "Не время", "Не устроили условия", "Другое"],
	en: ["Too expensive", "Not in stock", "Chose another", "Not now", "Terms do not suit", "Other"],
};

const commentTemplates = {
	uk: ["Консультація", "Передзвонити", "Надіслати пропозицію", "Помилились номером"],
	ru: ["Консультация", "Перезвонить", "Отправить предложение", "Ошиблись номером"],
	en: ["Advice given", "Call again", "Send an offer", "Wrong number"],
};

const breakReasons = {
	uk: ["Обід", "Навчання", "Інше"],
	ru: ["Обед", "Обучение", "Другое"],
	en: ["Lunch", "Training", "Other"],
};

const weekday = { from: 9 * 60, to: 18 * 60 };

/** What a company in this country begins with (ISO 3166-1 alpha-2). An area code is never guessed: it could match wrong people. */
export function standardSettings(country: string): Settings {
	const { timeZone, currency, language } = lands[country] ?? elsewhere;
	return {
		companyName: "",
		country,
		areaCode: "",
		timeZone,
		currency,
		workingHours: [weekday, weekday, weekday, weekday, weekday, null, null],
		processWithinMinutes: 120,
		callBackWithinMinutes: 20,
		// The team has a few minutes before the deadline, the supervisor hears when it has passed.
		escalateToTeamMinutes: 15,
		escalateToSupervisorMinutes: 30,
		claimMinutes: 15,
		conversationSeconds: 5,
		refusalReasons: refusalReasons[language],
		commentTemplates: commentTemplates[language],
		breakReasons: breakReasons[language],
		wrapUp: { mode: "optional", seconds: 60, queues: [] },
		wrapUpExtensions: 3,
	};
}
