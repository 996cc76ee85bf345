/** The catalogue as a map. */
export const MapView = () => <h1>Map</h1>;
