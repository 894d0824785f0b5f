/** Names and words of the demo's people, by language. Any likeness is chance. */
export interface Tongue {
	readonly women: readonly [string, ...string[]];
	readonly men: readonly [string, ...string[]];
	/** Family names of women and of men; in English the same. */
	readonly families: readonly [readonly [string, string], ...(readonly [string, string])[]];
	readonly companies: readonly [string, ...string[]];
	readonly regions: readonly [string, ...string[]];
	readonly sources: readonly [string, ...string[]];
	readonly tags: readonly [string, ...string[]];
	readonly comments: Readonly<Record<"in_work" | "bought" | "refused" | "not_client", readonly [string, ...string[]]>>;
	readonly notes: readonly [string, ...string[]];
	readonly tasks: readonly [string, ...string[]];
	/** E.164 without the last four digits; the blocks are not given to subscribers as far as known. */
	readonly numberBlocks: readonly [string, ...string[]];
	/** Family name before the given name. */
	readonly familyFirst: boolean;
}

export const tongues: Readonly<Record<"uk" | "ru" | "en", Tongue>> = {
	uk: {
		women: ["Олена", "Ірина", "Оксана", "Наталія", "Юлія", "Софія", "Ґанна", "Марія", "Людмила", "Вікторія"],
		men: ["Олег", "Петро", "Андрій", "Тарас", "Ігор", "Сергій", "Юрій", "Богдан", "Мар'ян", "Євген"],
		families: [
			["Іваненко", "Іваненко"],
			["Ковальчук", "Ковальчук"],
			["Шевченко", "Шевченко"],
			["Бондар", "Бондар"],
			["Ґудзь", "Ґудзь"],
			["Мельник", "Мельник"],
			["Ткаченко", "Ткаченко"],
			["Лисенко", "Лисенко"],
			["Солов'йова", "Солов'йов"],
			["Дем'яненко", "Дем'яненко"],
			["Щербак", "Щербак"],
			["Яремчук", "Яремчук"],
		],
		companies: [
			"ТОВ «Степ»",
			"ТОВ «Кобза»",
			"ФОП Гончар",
			"ПП «Калина»",
			"ТОВ «Дніпробуд»",
			"Кав'ярня «Зерно»",
			"ТОВ «Вежа»",
		],
		regions: ["Київ", "Львів", "Одеса", "Харків", "Дніпро", "Вінниця"],
		sources: ["сайт", "рекомендація", "виставка", "реклама"],
		tags: ["VIP", "опт", "роздріб", "постійний"],
		comments: {
			in_work: ["Консультація, надіслати пропозицію", "Передзвонити щодо договору", "Думає, чекає на рахунок"],
			bought: ["Оплатили рахунок", "Забрали замовлення зі складу"],
			refused: ["Знайшли дешевше", "Відклали на наступний рік"],
			not_client: ["Помилились номером", "Пропонують рекламу"],
		},
		notes: ["Дзвонити після 14:00.", "Працює лише за безготівковим.", "Просить документи поштою."],
		tasks: ["Надіслати договір", "Передзвонити", "Уточнити адресу доставки"],
		numberBlocks: ["+38050000", "+38067000", "+38044000"],
		familyFirst: true,
	},
	ru: {
		women: ["Анна", "Екатерина", "Ольга", "Татьяна", "Светлана", "Алёна", "Мария", "Галина", "Полина", "Вера"],
		men: ["Алексей", "Дмитрий", "Михаил", "Пётр", "Семён", "Николай", "Владимир", "Артём", "Игорь", "Фёдор"],
		families: [
			["Соколова", "Соколов"],
			["Кузнецова", "Кузнецов"],
			["Ёлкина", "Ёлкин"],
			["Васильева", "Васильев"],
			["Орлова", "Орлов"],
			["Щукина", "Щукин"],
			["Журавлёва", "Журавлёв"],
			["Белова", "Белов"],
			["Цветкова", "Цветков"],
			["Мельникова", "Мельников"],
		],
		companies: ["ООО «Ромашка»", "ИП Белов", "ТОО «Алатау»", "ООО «Вектор»", "ООО «Северный ветер»", "Ателье «Нить»"],
		regions: ["Алматы", "Астана", "Минск", "Караганда", "Гомель"],
		sources: ["сайт", "рекомендация", "выставка", "реклама"],
		tags: ["VIP", "опт", "розница", "постоянный"],
		comments: {
			in_work: ["Консультация, отправить предложение", "Перезвонить по договору", "Думает, ждёт счёт"],
			bought: ["Оплатили счёт", "Забрали заказ со склада"],
			refused: ["Нашли дешевле", "Отложили на следующий год"],
			not_client: ["Ошиблись номером", "Предлагают рекламу"],
		},
		notes: ["Звонить после обеда.", "Нужны закрывающие документы.", "Доставка до склада."],
		tasks: ["Отправить договор", "Перезвонить", "Уточнить адрес доставки"],
		numberBlocks: ["+7701000", "+7702000", "+7705000"],
		familyFirst: true,
	},
	en: {
		women: ["Emma", "Olivia", "Grace", "Hannah", "Zoë", "Chloe", "Alice", "Megan", "Ruth", "Nora"],
		men: ["Jack", "Oliver", "Noah", "Daniel", "Adam", "Liam", "Peter", "Seán", "Frank", "Hugo"],
		families: [
			["Smith", "Smith"],
			["O'Connor", "O'Connor"],
			["Brown", "Brown"],
			["Walker", "Walker"],
			["Müller", "Müller"],
			["Nowak", "Nowak"],
			["Taylor-Jones", "Taylor-Jones"],
			["Clark", "Clark"],
			["Evans", "Evans"],
			["McKay", "McKay"],
		],
		companies: [
			"Harbour Tools Ltd",
			"Blue Door Café",
			"Nowak & Sons",
			"Pinewood GmbH",
			"Quick Print Co.",
			"Lantern Books",
		],
		regions: ["London", "Berlin", "Warsaw", "New York", "Dublin"],
		sources: ["website", "referral", "trade fair", "advert"],
		tags: ["VIP", "wholesale", "retail", "regular"],
		comments: {
			in_work: ["Advice given, send an offer", "Call again about the contract", "Waits for the invoice"],
			bought: ["Invoice paid", "Picked the order up"],
			refused: ["Found it cheaper", "Put off until next year"],
			not_client: ["Wrong number", "Sells advertising"],
		},
		notes: ["Call in the afternoon.", "Wants everything by e-mail.", "Delivery to the back door."],
		tasks: ["Send the contract", "Call again", "Ask for the delivery address"],
		numberBlocks: ["+1202555", "+442079460", "+4915100000", "+4850000"],
		familyFirst: false,
	},
};
