import { useQuery } from "@tanstack/react-query";
import { principalQuestion } from "../../api/questions";

/** Whether the reader may do something on anything at all; the server decides about each thing. */
export function useMay(action: string): boolean {
	return useQuery(principalQuestion).data?.actions.includes(action) === true;
}
