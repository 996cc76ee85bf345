/**
 * From 1.29 on, onnxruntime's published builds keep a device id under the home directory and report model and session facts to their maker
 * unless told not to before they are loaded. What a catalogue holds is nobody's business: it is off, unless its user says 0 here.
 */
process.env.ORT_DISABLE_TELEMETRY ??= '1';
