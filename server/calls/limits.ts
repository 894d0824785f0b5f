/**
 * How much of one PBX the tracker keeps. Far above what a real one does (a big one has 18,000 channels, a call a few
 * dozen); the work per event grows with its call, so without them a PBX gone mad, or whoever took its place, would
 * hold up every other one. What is beyond is not seen, and counted.
 */
export const limits = {
	/** On the whole PBX. */
	channels: 50_000,
	channelsOfCall: 2_000,
	/** Linked ids that turn out to be one call. */
	linksOfCall: 500,
	recordingsOfCall: 200,
	namesOfChannel: 50,
	/** Ways into and out of bridges. */
	movesOfChannel: 1_000,
	digitsOfChannel: 200,
} as const;
