/** Something the shop sells. */
export interface Product {
  readonly id: string;
  readonly name: string;
  /** In cents. */
  readonly price: number;
}

/** Everything the shop sells. */
export const PRODUCTS: readonly Product[] = [
  { id: "brush", name: "Nail brush", price: 690 },
  { id: "house", name: "Hedgehog house", price: 4900 },
  { id: "bowl", name: "Water bowl", price: 1250 },
];
