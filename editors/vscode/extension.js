// Starts sightglass dap as the debug adapter. The settings that name it are the machine's: a workspace cannot change what is run.
const vscode = require("vscode");

exports.activate = (context) => {
	context.subscriptions.push(
		vscode.debug.registerDebugAdapterDescriptorFactory("sightglass", {
			createDebugAdapterDescriptor() {
				const settings = vscode.workspace.getConfiguration("sightglass");
				return new vscode.DebugAdapterExecutable(settings.get("command", "sightglass"), settings.get("arguments", ["dap"]));
			},
		}),
	);
};
