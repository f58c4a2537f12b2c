import { DeliveryLog } from "./DeliveryLog";
import { Inbox } from "./Inbox";
import styles from "./NotificationsPanel.module.css";
import { SubscriptionForm } from "./SubscriptionForm";
import { SubscriptionList } from "./SubscriptionList";

/** What the reader was told, what they want to be told, and what was sent for that. */
export default function NotificationsPanel() {
	return (
		<div className={styles.page}>
			<h1>Notifications</h1>
			<Inbox />
			<SubscriptionList />
			<SubscriptionForm />
			<DeliveryLog />
		</div>
	);
}
