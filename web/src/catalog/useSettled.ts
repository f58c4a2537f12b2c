import { useEffect, useState } from "react";

/** What a value was when it last stayed the same for a while, in milliseconds: not every letter that is typed is asked for. */
export function useSettled<T>(value: T, after = 150): T {
	const [settled, setSettled] = useState(value);
	useEffect(() => {
		const timer = setTimeout(() => setSettled(value), after);
		return () => clearTimeout(timer);
	}, [value, after]);
	return settled;
}
