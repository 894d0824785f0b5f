import { useLocation } from "preact-iso";
import { t } from "../i18n/translate.ts";
import { ContactForm } from "../parts/contact-form.tsx";
import { say } from "../parts/toast.tsx";

export default function NewContact() {
	const { query, route } = useLocation();
	return (
		<div class="stack narrow">
			<h1>{t("contact.new")}</h1>
			<section class="panel">
				<div class="body">
					<ContactForm
						contact={null}
						number={(query.number ?? "").slice(0, 60)}
						onSaved={(contact) => {
							say(t("contact.made"));
							route(`/contacts/${contact.id}`, true);
						}}
						onCancel={() => history.back()}
					/>
				</div>
			</section>
		</div>
	);
}
