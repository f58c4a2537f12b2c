import { link } from "../../model/address";
import { Empty } from "../../widgets/states";

/** An address that no screen has. */
export function LostPanel({ path }: { readonly path: string }) {
	return (
		<Empty title="There is no such screen">
			<p>
				Nothing is at <code>{path}</code>. It may come from another version of Sightglass, or a part of the link is missing.
			</p>
			<p className="row">
				<a className="btn" href={link({ screen: "fleet" })}>
					Fleet
				</a>
				<a className="btn" href={link({ screen: "recordings" })}>
					Recordings
				</a>
			</p>
		</Empty>
	);
}
