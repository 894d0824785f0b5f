import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Recording } from "../../../server/protocol/call.ts";
import { type Key, t } from "../i18n/translate.ts";
import { clock } from "../model/time.ts";
import { Icon } from "./icon.tsx";

const words: Record<Exclude<Recording["state"], "ready">, Key> = {
	expected: "recording.expected",
	empty: "recording.empty",
	missing: "recording.missing",
	denied: "recording.denied",
	unplayable: "recording.unplayable",
};
const speeds = [1, 1.5, 2] as const;

/** A recording, or in words why there is none to hear. The sound is fetched when it is first played. */
export function Player({ recording }: { recording: Recording }) {
	const opened = useSignal(false);
	if (recording.state !== "ready") {
		return (
			<p class="recording-state muted small">
				<Icon name={recording.state === "expected" ? "clock" : "info"} small />
				{t(words[recording.state])}
			</p>
		);
	}
	if (!opened.value) {
		return (
			<button type="button" class="button small" onClick={() => (opened.value = true)}>
				<Icon name="play" small />
				{t("recording.play")}
				{recording.seconds !== null && <span class="muted">{clock(recording.seconds)}</span>}
			</button>
		);
	}
	return <OpenPlayer recording={recording} />;
}

function OpenPlayer({ recording }: { recording: Recording }) {
	const audio = useRef<HTMLAudioElement>(null);
	const wave = useRef<HTMLDivElement>(null);
	const playing = useSignal(false);
	const at = useSignal(0);
	const length = useSignal(recording.seconds ?? 0);
	const speed = useSignal<number>(1);
	const failed = useSignal(false);

	useEffect(() => {
		const element = audio.current;
		const container = wave.current;
		if (!element || !container) return;
		let gone = false;
		let destroy = () => {};
		void element.play().catch(() => undefined);
		// The waveform is an extra: sound and keys work without it.
		void import("./waveform.ts")
			.then(({ drawWaveform }) => {
				if (!gone) destroy = drawWaveform(container, element);
			})
			.catch(() => undefined);
		return () => {
			gone = true;
			destroy();
			element.pause();
		};
	}, []);

	const seek = (to: number) => {
		if (audio.current) audio.current.currentTime = Math.min(Math.max(0, to), length.value || to);
	};
	const jump = (step: number) => (
		<button
			type="button"
			class="button quiet icon-only small"
			aria-label={t(step < 0 ? "recording.back" : "recording.forward")}
			title={t(step < 0 ? "recording.back" : "recording.forward")}
			onClick={() => seek(at.value + step)}
		>
			<Icon name={step < 0 ? "back" : "forward"} small />
		</button>
	);
	return (
		<fieldset class="player" aria-label={t("recording.title")}>
			{/* biome-ignore lint/a11y/useMediaCaption: a telephone call has no captions */}
			<audio
				ref={audio}
				src={recording.url}
				preload="auto"
				onPlay={() => (playing.value = true)}
				onPause={() => (playing.value = false)}
				onTimeUpdate={(event) => (at.value = event.currentTarget.currentTime)}
				onDurationChange={(event) => {
					const { duration } = event.currentTarget;
					if (Number.isFinite(duration)) length.value = duration;
				}}
				onError={() => (failed.value = true)}
			/>
			<button
				type="button"
				class="button primary icon-only small"
				aria-label={t(playing.value ? "recording.pause" : "recording.play")}
				onClick={() => {
					const element = audio.current;
					if (!element) return;
					if (element.paused) void element.play().catch(() => (failed.value = true));
					else element.pause();
				}}
			>
				<Icon name={playing.value ? "pause" : "play"} small />
			</button>
			{jump(-10)}
			{jump(10)}
			<div class="player-track">
				<div ref={wave} class="player-wave" aria-hidden="true" />
				<input
					type="range"
					class="player-range"
					aria-label={t("recording.position")}
					aria-valuetext={`${clock(at.value)} / ${clock(length.value)}`}
					min={0}
					max={Math.max(1, length.value)}
					step={0.1}
					value={at.value}
					onInput={(event) => seek(Number(event.currentTarget.value))}
				/>
			</div>
			<span class="small nowrap">
				{clock(at.value)} / {clock(length.value)}
			</span>
			<fieldset class="segments" aria-label={t("recording.speed")}>
				{speeds.map((one) => (
					<button
						key={one}
						type="button"
						aria-pressed={speed.value === one}
						onClick={() => {
							speed.value = one;
							if (audio.current) audio.current.playbackRate = one;
						}}
					>
						{one}×
					</button>
				))}
			</fieldset>
			<a
				class="button quiet icon-only small"
				href={recording.url}
				download
				aria-label={t("recording.download")}
				title={t("recording.download")}
			>
				<Icon name="download" small />
			</a>
			{failed.value && (
				<p class="wrong" role="alert">
					<Icon name="alert" small />
					{t("recording.failed")}
				</p>
			)}
		</fieldset>
	);
}
