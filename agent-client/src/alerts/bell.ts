import { signal } from "@preact/signals";

/** Partials of a small bell: ratio to the base tone, loudness, seconds of decay. */
const partials = [
	[1, 0.5, 1.3],
	[2.01, 0.28, 0.9],
	[3.02, 0.12, 0.55],
	[4.2, 0.06, 0.3],
] as const;

/**
 * The ringing tone, made by WebAudio so that no file has to load while the phone rings. Browsers give
 * sound only after a click or a key: `blocked` says that they have not yet.
 */
export function createBell(makeContext: () => AudioContext) {
	const blocked = signal(true);
	let context: AudioContext | null = null;
	let timer: ReturnType<typeof setInterval> | undefined;

	function strike(tone: number, volume: number, after: number): void {
		if (!context) return;
		const start = context.currentTime + after;
		for (const [ratio, loudness, decay] of partials) {
			const oscillator = context.createOscillator();
			const gain = context.createGain();
			oscillator.frequency.value = tone * ratio;
			gain.gain.setValueAtTime(0, start);
			gain.gain.linearRampToValueAtTime(loudness * volume, start + 0.006);
			gain.gain.exponentialRampToValueAtTime(0.0001, start + decay);
			oscillator.connect(gain).connect(context.destination);
			oscillator.start(start);
			oscillator.stop(start + decay);
		}
	}
	const chime = (volume: number) => {
		strike(659, volume, 0);
		strike(880, volume, 0.22);
	};

	return {
		blocked,
		/** Must be called from a click or a key. */
		async unlock(): Promise<void> {
			context ??= makeContext();
			if (context.state === "suspended") await context.resume();
			blocked.value = context.state !== "running";
		},
		/** One stroke, to try it. */
		test: chime,
		/** Rings until it is stopped. */
		start(volume: number): void {
			if (timer !== undefined) return;
			chime(volume);
			timer = setInterval(() => chime(volume), 2400);
		},
		stop(): void {
			clearInterval(timer);
			timer = undefined;
		},
	};
}

export type Bell = ReturnType<typeof createBell>;
