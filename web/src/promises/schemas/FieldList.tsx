import type { SchemaField } from "../../api/schemaRegistry";
import styles from "./Schemas.module.css";

/** How deep a path is in its record: customer.email is one below customer. */
export function depthOf(path: string): number {
	return path.split(".").length - 1;
}

/** The fields of records that a schema describes, as a tree. */
export function FieldList({ fields }: { readonly fields: readonly SchemaField[] }) {
	if (fields.length === 0) return <p className={`${styles.text} dim`}>It describes no record with fields.</p>;
	return (
		<table aria-label="Fields">
			<thead>
				<tr>
					<th>Field</th>
					<th>Type</th>
					<th>Default</th>
					<th>Tags</th>
					<th>What it is</th>
				</tr>
			</thead>
			<tbody>
				{fields.map((f) => (
					<tr key={f.path}>
						<td className="m" style={{ paddingLeft: 12 + depthOf(f.path) * 16 }} title={f.path}>
							{f.path.split(".").at(-1)}
						</td>
						<td className="m">
							{f.type}
							{f.optional && <span className="dim"> optional</span>}
						</td>
						<td className="m">{f.default ?? <span className="dim">-</span>}</td>
						<td>{f.tags.join(", ")}</td>
						<td className={styles.wraps}>
							{f.doc}
							{f.values.length > 0 && <span className="mid"> one of {f.values.join(", ")}</span>}
						</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}
