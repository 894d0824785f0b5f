import { fieldSentences } from "./field-sentences.ts";
import { journalSentences } from "./journal-sentences.ts";
import type { Said } from "./said.ts";

/**
 * What the server says to people, in English, by code; `{name}` is a value. The client has each of them in its other
 * languages (agent-client/src/said), a test compares the lists. Names of settings and lines to paste are the same in
 * every language: they come as values or stand in the sentence as they are.
 */
export const sentences = {
	"link.refused":
		'{where} refuses connections: in [general] of manager.conf set enabled = yes, port = {port}, bindaddr = 0.0.0.0, then: asterisk -rx "manager reload".',
	"link.no-name": "The name {host} has no address: check its spelling or use the IP address.",
	"link.no-way": "No way to {where} in the network ({reason}).",
	"link.closed-tls":
		"{where} closed the connection at once: is this the plain AMI port? TLS has its own (tlsbindaddr in manager.conf, usually 5039).",
	"link.closed-plain":
		"{where} closed the connection at once: is the AMI enabled (enabled = yes in [general] of manager.conf)?",
	"link.timeout": "{where} does not answer: check host, port and firewall (on the PBX: ss -ltn | grep {port}).",
	"link.no-place": "{host}: no PBX can be at this address, so no connection is made to it.",
	"link.pin":
		"The certificate of {where} is not the pinned one: it shows {shown}. If the PBX got a new certificate, pin that; if not, somebody stands between.",
	"link.certificate":
		"The certificate of {where} is not accepted ({reason}): give its authority (ca) or pin its fingerprint (openssl s_client -connect {where} </dev/null | openssl x509 -noout -fingerprint -sha256).",
	"link.failed": "{where}: {reason}",
	"link.given-up": "Given up.",
	"link.silent": "{where} does not answer any more (no byte in {seconds} s).",
	"link.broke": "The link to {where} broke: {reason}.",
	"link.ended": "{where} closed the connection.",
	"link.mute": "{where} takes the connection but says nothing for {seconds} s: Asterisk hangs or is overloaded.",
	"link.no-ami":
		"{where} does not speak AMI: no login within {seconds} s. Is this the AMI port (manager.conf, port = 5038)?",
	"login.refused":
		'{where} refuses the login of "{user}" ({reason}). In manager.conf the stanza [{user}] must stand with this secret and with a permit line for this server\'s address; then: asterisk -rx "manager reload". asterisk -rx "manager show user {user}" shows what is loaded.',
	"login.held":
		'{where} has refused the login of "{user}", so it is tried twelve times an hour at most. In manager.conf the stanza [{user}] must stand with this secret and with a permit line for this server\'s address; then: asterisk -rx "manager reload".',
	"login.open":
		'{where} offers no login by challenge, and the way to it is not encrypted: the secret of "{user}" was not sent. Switch TLS on here and in manager.conf (tlsenable = yes, tlsbindaddr = 0.0.0.0:5039).',
	"pbx.standby": "Another Dzvin server writes the calls of this PBX.",
	"pbx.secrets-closed":
		"The secrets of this PBX do not open: DZVIN_SECRET_KEY, or the file secret-key in the data folder, is not the one they were sealed with. Give the old key back, or enter the accounts of this PBX again.",

	"doctor.no-link": "No link to {where}.",
	"doctor.port": "{where} is reachable.",
	"doctor.no-greeting": "{where} does not greet as Asterisk does.",
	"doctor.greeting": "{greeting}",
	"doctor.login-open":
		'{where} offers no login by challenge, and the way to it is not encrypted: the secret of "{user}" was not sent.',
	"doctor.login-refused": 'The login of "{user}" is refused ({reason}).',
	"doctor.login": '"{user}" logs in.',
	"doctor.tls": "The link is encrypted and the PBX is proven.",
	"doctor.tls-here": "Plain, but on this machine only.",
	"doctor.tls-open": "The link is not encrypted: who reads the network can order calls.",
	"doctor.version": "Asterisk {version}",
	"doctor.picture": "Live channels can be listed.",
	"doctor.no-picture": "The account may not list live channels: after a lost link calls cannot be checked.",
	"doctor.write": "The events account cannot order anything.",
	"doctor.write-more": "The events account has write classes that it does not need: {classes}.",
	"doctor.read": "Events are heard.",
	"doctor.no-read": "No event is heard: the account has no read class system.",
	"doctor.numbering": "Events are numbered: a lost one is noticed.",
	"doctor.numbering-holes": "Numbers of events have holes all the time, so a lost event is not noticed.",
	"doctor.no-numbering": "No numbered event was heard: a lost event is not noticed at once.",
	"doctor.originate": "The control account may call by click.",
	"doctor.no-originate": "The control account may not originate calls.",
	"doctor.pause": "The control account may pause members of queues.",
	"doctor.no-pause": "The control account may not pause members of queues: strict wrap-ups pause nobody.",
	"doctor.no-control": "There is no control account: no click to call.",
	"doctor.recordings": "Recordings are readable in {folder}.",
	"doctor.no-recordings": "No folder of recordings is given.",
	"doctor.recordings-denied": "Recordings in {folder} cannot be read ({reason}).",

	"mend.ami-port": "Give the port of the AMI (manager.conf, {line}).",
	"mend.manager": "In manager.conf, {place}: {line}; then: {command}",
	"mend.login":
		"In manager.conf: {place} with this secret and {line} (<address> is that of this server); then: {command}",
	"mend.tls": "In manager.conf, {place}: {line}; then switch TLS on here with port 5039 and pin the fingerprint.",
	"mend.control": "Add the second stanza and its secret.",
	"mend.recordings": "Give the folder in which this machine sees the PBX's {line}.",
	"mend.mount": "Mount the PBX's folder there, or name the right one.",
	"mend.paste": "{line}",
	...journalSentences,
	...fieldSentences,

	"control.late-login": "{where} did not let us log in in time.",
	"control.failed": "{where}: {reason}",
	"control.closed": "{where} closed the control connection.",
	"control.login-refused":
		'{where} refuses the login of the control account "{user}": check its stanza in manager.conf (secret, permit), then asterisk -rx "manager reload".',
	"control.login-held":
		'{where} has refused the login of the control account "{user}": it is tried again in {minutes} min, so that the PBX blocks nobody. If it was mended on the PBX, press Check on the page PBX.',
	"control.late": "{where} did not answer {action} in time.",
	"control.refused": "{where} refused {action}: {reason}",
	"control.no-exten":
		"{where} refused {action}: {reason} The dialplan has no {exten} in [{context}]: give the PBX the context in which phones dial (dial.context).",
	"control.none": "{pbx} has no control account: add one to call by click.",
	"ring.unknown-end": "The PBX did not say what became of the call to extension {extension}.",
	"ring.busy-or-off": "Extension {extension}: the phone is busy, rejected the call, or is not registered.",
	"ring.hung-up": "Extension {extension}: it hung up.",
	"ring.nobody": "Extension {extension}: nobody picked up.",
	"ring.busy": "Extension {extension}: it is busy.",
	"ring.no-way": "Extension {extension}: the PBX found no way to it (congestion).",
	"ring.failed": "Extension {extension}: the call failed (reason {reason}).",

	"refused.no-such-task": "There is no such task.",
	"refused.task-of-colleague": "This is a colleague's task.",
	"refused.database-away": "The database does not answer. Please try again.",
	"refused.internal": "Something went wrong on the server. It is in its log.",
	"refused.fields": "Some fields are not right.",
	"refused.nothing-here": "There is nothing at this address.",
	"refused.not-a-number": "This is not a number that can be dialled.",
	"refused.more-time-over": "The time for this call is over. It is still to be processed.",
	"refused.more-time-limit": "No more time can be added for this call.",
	"refused.no-extension": "You have no extension: an admin can give you one.",
	"refused.own-extension": "This is your own extension.",
	"refused.no-control-anywhere": "No PBX has an account for click to call.",
	"refused.pbx-away": "The PBX is not connected at the moment.",
	"refused.pbx-unconnected": "This PBX is not connected.",
	"refused.hear-own": "Agents hear the calls in which they took part.",
	"refused.recording-empty": "The recording is empty: nobody sent sound.",
	"refused.recording-format": "The recording is in a format that browsers do not play. Record as wav.",
	"refused.recording-shorter": "The recording is shorter than that.",
	"refused.no-recording": "The call has no such recording.",
	"refused.no-recordings-folder": "Where this PBX's recordings lie is not set up.",
	"refused.recording-denied": "The server has no right to read this recording.",
	"refused.recording-missing": "The recording is not there (yet).",
	"refused.ringing-already": "Your phone is being rung already.",
	"refused.no-such-call": "There is no such call.",
	"refused.between-colleagues": "This is a conversation between colleagues.",
	"refused.four-digits": "Give at least four digits.",
	"refused.cursor": "The cursor is not one of ours.",
	"refused.no-such-place": "This is no place in the list.",
	"refused.internal-no-client": "An internal call has no client.",
	"refused.no-such-contact": "There is no such contact.",
	"refused.no-such-pbx": "There is no such PBX.",
	"refused.no-such-user": "No such user.",
	"refused.last-admin": "This is the last active admin.",
	"refused.email-taken": "Somebody else has this address.",
	"refused.extension-taken": "Somebody else has this extension.",
	"refused.sign-in": "Please sign in.",
	"refused.other-site": "This request comes from another site.",
	"refused.role": "Your role may not do this.",
	"refused.wrong-password": "The address or the password is wrong.",
	"refused.present-password": "The present password is wrong.",
	"refused.too-many": "Too many tries. Please wait {seconds} s.",
	"refused.no-such-kind": "No such kind.",
	"refused.hand-over": "Only the present owner or a supervisor hands a contact over.",
	"refused.no-such-owner": "No such owner.",
	"refused.no-such-company": "No such company.",
	"refused.pbx-name-taken": "Another PBX has this name.",
	"refused.secrets-again": "Another machine may answer from now on: enter the secrets of this PBX again.",
	"refused.no-demo": "There is no demo here.",
	"refused.no-scenario": "There is no such scenario.",
	"refused.no-extension-to-ring": "You have no extension that could ring.",
	"refused.enough-calls": "Enough calls are being played.",
	"refused.comment": "A comment is needed.",
	"refused.colleagues-list": "These are a colleague's to process.",
	"refused.no-such-obligation": "There is no such obligation.",
	"refused.internal-not-processed": "An internal call is not processed.",
	"refused.call-of-colleague": "This call is a colleague's to process.",
	"refused.reason-unknown": "This refusal reason is not in the company's list.",
	"refused.next-contact-past": "The next contact lies in the past.",
	"refused.already-taken": "A colleague has already taken it.",
	"refused.taken-by": "{name} has taken it. It is free again in {minutes} min unless they call the client.",
	"refused.taken": "A colleague has taken it.",
	"refused.only-by-status": "A call that was answered is closed by its status and comment only.",
	"refused.of-colleague": "This is a colleague's to process.",
	"refused.settled": "It is settled already.",
} as const satisfies Record<string, string>;

export type SentenceCode = keyof typeof sentences;

/** A sentence in English, and what another language needs to say it. */
export interface Sentence {
	readonly message: string;
	readonly said: Said;
}

export function say(code: SentenceCode, values: Readonly<Record<string, string | number>> = {}): Sentence {
	const texts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
	const message = sentences[code].replace(/\{(\w+)\}/g, (whole, name: string) => texts[name] ?? whole);
	return { message, said: { code, values: texts } };
}

/** What is wrong with one field, word by word: the client knows these in its other languages. */
export const fieldTexts = [
	"taken",
	"wrong",
	"last-admin",
	"must not be blank",
	"is not known",
	"is in the past",
	"not an active user",
	"not a company",
	"not a time zone",
	"no working day",
	"ends before it begins",
	"twice the same",
	"is before the team's",
	"must begin with a slash",
	"not a SHA-256 fingerprint",
	"not a certificate",
	"not a regular expression",
	"too complicated",
	"enter again",
	"not an address or a host name",
	"no PBX can be at this address",
	"not a telephone number",
	"own extension",
	"at least four digits",
	"not in the company's list",
	"unknown field",
	"still a number here",
] as const;
