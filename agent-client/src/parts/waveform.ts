import WaveSurfer from "wavesurfer.js";

/** Draws the sound of the element behind its slider. Returns the way to take it away. */
export function drawWaveform(container: HTMLElement, media: HTMLMediaElement): () => void {
	const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce;
	const probe = document.createElement("span");
	container.append(probe);
	const paint = (name: string) => {
		probe.style.color = `var(${name})`;
		return getComputedStyle(probe).color;
	};
	const wave = WaveSurfer.create({
		container,
		media,
		height: 34,
		barWidth: 2,
		barGap: 1,
		barRadius: 2,
		cursorWidth: 0,
		interact: false,
		waveColor: paint("--line-strong"),
		progressColor: paint("--accent"),
		...(nonce && { cspNonce: nonce }),
	});
	probe.remove();
	return () => wave.destroy();
}
