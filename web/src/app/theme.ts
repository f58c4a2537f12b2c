/** Mantine's controls in our tokens: only these names reach a colour. */
import { type CSSVariablesResolver, createTheme } from "@mantine/core";

export const theme = createTheme({
	fontFamily: "var(--font-ui)",
	fontFamilyMonospace: "var(--font-data)",
	fontSizes: { xs: "var(--t-small)", sm: "var(--t-body)", md: "var(--t-body)" },
	defaultRadius: "var(--radius)",
	primaryColor: "teal",
	components: {
		Modal: { defaultProps: { transitionProps: { duration: 0 }, overlayProps: { color: "transparent" } } },
		Menu: { defaultProps: { transitionProps: { duration: 0 }, shadow: "none" } },
		Popover: { defaultProps: { transitionProps: { duration: 0 }, shadow: "none" } },
	},
});

const tokens = {
	"--mantine-color-body": "var(--bg-panel)",
	"--mantine-color-text": "var(--fg)",
	"--mantine-color-default": "var(--bg-raised)",
	"--mantine-color-default-hover": "var(--bg-hover)",
	"--mantine-color-default-color": "var(--fg)",
	"--mantine-color-default-border": "var(--line-strong)",
	"--mantine-color-dimmed": "var(--fg-3)",
	"--mantine-color-placeholder": "var(--fg-3)",
	"--mantine-primary-color-filled": "var(--accent)",
};

export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: tokens, dark: tokens });
