export function Footer() {
	return (
		<footer class="footer">
			<p>
				Quayside is the demonstration shop of Flotilla: four services behind one gateway. Nothing is
				sold and nothing is charged.
			</p>
			<p>
				<a href="/docs">API</a>
			</p>
		</footer>
	);
}
