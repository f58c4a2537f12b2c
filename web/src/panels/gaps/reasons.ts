/** Why a stretch was not recorded, for people: what happened and what would keep it from happening again (spec/recording.md, section 5). */

export type GapReason = { readonly about: string; readonly remedy: string };

const reasons: Readonly<Record<string, GapReason>> = {
	"ring full": {
		about: "A task made events faster than the agent could take them out of its ring.",
		remedy: "A larger ring in the agent's options, or a lower level for the busiest operators.",
	},
	"buffer full": {
		about: "The agent's buffer was full: the server was away or slower than what was recorded.",
		remedy: "A larger buffer in the agent's options bridges longer absences of the server.",
	},
	governor: {
		about: "The agent held itself back so that the job was not slowed down.",
		remedy: "The agent's limits of processor time and bytes decide when this happens.",
	},
	"payload over limit": {
		about: "A value was larger than the limit: its place and size are recorded, its bytes are not.",
		remedy: "The limit of payload is an option of the agent.",
	},
	"agent fault": {
		about: "The agent failed at a record. The job went on undisturbed.",
		remedy: "The standard error of that process says what failed; the self-test counts it.",
	},
	"late attach": {
		about: "The agent came after the task had begun: what was before is unknown.",
		remedy: "Start the processes with the agent on their command line.",
	},
	"process lost": {
		about: "The process went away without a goodbye, with what it had not sent yet.",
		remedy: "If it comes back it sends what it could keep, and this gap closes.",
	},
	"clock step": {
		about: "The clock of the machine jumped: times across it cannot be compared.",
		remedy: "Let the machine's clock be kept by NTP without steps.",
	},
	checksum: {
		about: "A block did not have the bytes that it was sent with.",
		remedy: "Look at the disk of the server, or at the network between.",
	},
	"missing blocks": {
		about: "Blocks with the numbers in between never arrived.",
		remedy: "They may still come: an agent sends late what it could keep.",
	},
	"truncated tail": {
		about: "The server ended while it wrote: the last bytes of a segment were cut off.",
		remedy: "The agent sends again what was not confirmed.",
	},
	"removed by retention": {
		about: "It was recorded. Retention removed it, as it does with the oldest first.",
		remedy: "A pin keeps what is still there: sightglass pin.",
	},
	"switched off": { about: "Recording was switched off in this process.", remedy: "The agents page says why." },
};

export function reasonOf(reason: string): GapReason {
	return reasons[reason] ?? { about: "This page does not know the reason by that name.", remedy: "" };
}
