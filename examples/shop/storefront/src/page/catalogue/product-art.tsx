import { useMemo } from 'preact/hooks';
import { ART_HEIGHT, ART_WIDTH, artOf } from './art.ts';

/** The picture of a product. Its name stands beside it, so it is not read out. */
export function ProductArt({ sku }: { readonly sku: string }) {
	const { ground, pieces } = useMemo(() => artOf(sku), [sku]);
	return (
		<svg class="art" viewBox={`0 0 ${ART_WIDTH} ${ART_HEIGHT}`} aria-hidden="true">
			<rect width={ART_WIDTH} height={ART_HEIGHT} fill={ground} />
			{pieces.map(({ path, colour }, index) => (
				<path key={index} d={path} fill={colour} />
			))}
		</svg>
	);
}
