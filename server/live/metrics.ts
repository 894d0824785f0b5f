import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** Figures of the live connection, for `/metrics`. */
export function createLiveMetrics(register: Registry) {
	return {
		sockets: new Gauge({ name: "dzvin_live_sockets", help: "Open live connections", registers: [register] }),
		dropped: new Counter({
			name: "dzvin_live_dropped_total",
			help: "Live connections that the server ended, by reason",
			labelNames: ["reason"],
			registers: [register],
		}),
		refused: new Counter({
			name: "dzvin_live_refused_total",
			help: "Handshakes and messages that were refused, by reason",
			labelNames: ["reason"],
			registers: [register],
		}),
		/** Pictures that were compared with browsers', and new ones that browsers asked for. */
		comparisons: new Counter({
			name: "dzvin_live_comparisons_total",
			help: "Hashes of a person's picture sent to a browser to compare with its own",
			registers: [register],
		}),
		resyncs: new Counter({
			name: "dzvin_live_resyncs_total",
			help: "New pictures that browsers asked for: a gap in the numbers, or a picture that differed",
			labelNames: ["reason"],
			registers: [register],
		}),
		unseen: new Counter({
			name: "dzvin_unseen_pops_total",
			help: "Pop-ups of ringing phones that nobody had seen after five seconds",
			registers: [register],
		}),
		/** From the bytes of the PBX to the browser's word that the pop-up is on the screen. */
		painted: new Histogram({
			name: "dzvin_event_to_paint_seconds",
			help: "From the PBX's event to the pop-up on the screen, as the browser acknowledged it",
			buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
			registers: [register],
		}),
		/** From the bytes of the PBX to the frame given to the socket. */
		pushed: new Histogram({
			name: "dzvin_event_to_push_seconds",
			help: "From the PBX's event to the pop-up frame on its way to the browser",
			buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
			registers: [register],
		}),
	};
}
export type LiveMetrics = ReturnType<typeof createLiveMetrics>;
