import { dataset, model } from '@aiflow/core';

/** Every event of this project is in it, so that none of another project is taken for one. */
export const namespace = 'weather';

/** Of each day that came an event tells: its type is the day's weather, its value all that was measured, as JSON. */
export const dayKey = 'day';

// WEATHER_DIR is where the station and the jobs leave things for each other. Whoever hosts the project sets it.
export const days = dataset({
  name: 'days',
  uri: '${WEATHER_DIR}/days.csv',
  format: 'csv',
  schema: [
    { name: 'date', type: 'STRING' },
    { name: 'precipitation', type: 'FLOAT64' },
    { name: 'temp_max', type: 'FLOAT64' },
    { name: 'temp_min', type: 'FLOAT64' },
    { name: 'wind', type: 'FLOAT64' },
    { name: 'weather', type: 'STRING' },
  ],
});
export const months = dataset({ name: 'months', uri: '${WEATHER_DIR}/months.csv', format: 'csv' });

/** What the coming night will be like. */
export const night = model({ name: 'night', type: 'least squares' });
