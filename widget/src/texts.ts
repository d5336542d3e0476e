// All texts of the widget, one table per language. What the assistant itself says comes from the
// server. A page overrides any of them by attribute: data-text-title="…" sets `title`.
// {clinic}, {phone}, {emergency}, {days} and {privacy} are the clinic's data (options.ts), {person} and {clear} the
// names of the buttons; {number} and {hours} come from what the server says of call-backs. A line of `intro` with a
// place that nothing fills is left out.

const english = {
  launcher: "Questions? Ask our assistant",
  loading: "Opening the chat …",
  loadFailed: "The chat couldn't be loaded. Please check your connection and try again.",
  title: "Ask about sclerotherapy",
  disclosure: "Automated assistant of {clinic}: not a person, no medical advice",
  clinic: "the clinic",
  emergencyNumber: "your local emergency number",
  intro:
    "Hello! I'm the automated assistant of {clinic}. I answer questions about sclerotherapy for spider veins from the clinic's procedure guide. I'm not a clinician, and this is not medical advice. In an emergency, call {emergency}.\nI'm meant for adults; if you are younger, ask a parent to write. Please leave out names and details of your health.\nThis chat is kept for {days} days; “{clear}” erases it at once.\nHow we handle data: {privacy}\nTo reach a person, press “{person}”.\nYou can also call {phone}.",
  suggestions: "Does it hurt?|What happens on the day?|How long until I see results?",
  conversation: "Conversation",
  placeholder: "Write your question",
  send: "Send",
  typing: "The assistant is writing",
  choices: "Choices",
  person: "Talk to a person",
  call: "Call {phone}",
  clear: "Clear chat",
  clearQuestion: "Erase this chat here and at the clinic?",
  clearYes: "Erase it",
  clearNo: "Keep it",
  cleared: "The chat is erased.",
  clearFailed: "The chat couldn't be erased. Please try again in a little while.",
  close: "Close the chat",
  source: "From the procedure guide: {section}",
  sourceLink: "Read this part of the guide",
  helpful: "Was this helpful?",
  yes: "Yes",
  no: "No",
  thanks: "Thank you for telling us.",
  feedbackFailed: "That couldn't be saved.",
  emergency: "Emergency",
  sameDay: "Please call today",
  offline: "You seem to be offline. Your message goes out when you are back.",
  timeout: "No answer came in time.",
  server: "The assistant can't be reached right now.",
  tooMany: "That was a lot at once. Please wait a minute.",
  tooLong: "That is too long. Please write at most 1,000 characters.",
  ended: "Your last chat has ended. You can start a new one.",
  historyFailed: "Your earlier messages can't be shown right now.",
  orCall: "You can also call {phone}.",
  retry: "Try again",
  sending: "Sending …",
  callbackOpen: "The clinic is open now: call {number}. That is the quickest way.",
  callbackClosed: "The clinic is closed now. It is open {hours}.",
  callbackTitle: "Would you like a call-back?",
  callbackHint: "This asks the team to call you. Please write nothing about your health.",
  callbackName: "Name to ask for",
  callbackPhone: "Phone number, with area code",
  callbackTime: "Best time to call",
  callbackMorning: "Morning",
  callbackAfternoon: "Afternoon",
  callbackAny: "Any time",
  callbackConsent: "I agree that {clinic} keeps my name and number, to call me back.",
  callbackSend: "Please call me back",
  callbackClose: "Close this form",
  callbackBadName: "Please write a name, at most 60 characters.",
  callbackBadPhone: "Please write a phone number with its area code.",
  callbackBadTime: "Please choose a time.",
  callbackNoConsent: "Please tick this box. Without it we can't keep your number.",
  callbackOffline: "You seem to be offline. Please try again when you are back.",
  callbackFailed: "Sorry, your request couldn't be confirmed. Please try again in a moment.",
  callbackOrCall: "You can also call {number}.",
  callbackReference: "Your reference number: {reference}",
};

export type Texts = typeof english;

const spanish: Texts = {
  launcher: "¿Preguntas? Consulte al asistente",
  loading: "Abriendo el chat …",
  loadFailed: "No se pudo cargar el chat. Compruebe su conexión e inténtelo de nuevo.",
  title: "Preguntas sobre escleroterapia",
  disclosure: "Asistente automático de {clinic}: no es una persona ni da consejo médico",
  clinic: "la clínica",
  emergencyNumber: "número de emergencias local",
  intro:
    "Hola, soy el asistente automático de {clinic}. Solo entiendo inglés. No soy personal médico y esto no es consejo médico. En una emergencia, llame al {emergency}.\nSoy para adultos; si usted es menor, pida a su madre, padre o tutor que escriba. Por favor, no escriba nombres ni detalles de su salud.\nEste chat se guarda {days} días; «{clear}» lo borra enseguida.\nCómo tratamos los datos: {privacy}\nPara hablar con una persona, pulse «{person}».\nTambién puede llamar al {phone}.",
  suggestions: "Does it hurt?|What happens on the day?|How long until I see results?",
  conversation: "Conversación",
  placeholder: "Escriba su pregunta en inglés",
  send: "Enviar",
  typing: "El asistente está escribiendo",
  choices: "Opciones",
  person: "Hablar con una persona",
  call: "Llamar al {phone}",
  clear: "Borrar el chat",
  clearQuestion: "¿Borrar este chat aquí y en la clínica?",
  clearYes: "Borrarlo",
  clearNo: "Conservarlo",
  cleared: "El chat se ha borrado.",
  clearFailed: "No se pudo borrar el chat. Inténtelo de nuevo más tarde.",
  close: "Cerrar el chat",
  source: "De la guía del procedimiento: {section}",
  sourceLink: "Leer esta parte de la guía",
  helpful: "¿Le ha servido?",
  yes: "Sí",
  no: "No",
  thanks: "Gracias por su respuesta.",
  feedbackFailed: "No se pudo guardar.",
  emergency: "Emergencia",
  sameDay: "Por favor, llame hoy",
  offline: "Parece que no tiene conexión. Su mensaje saldrá cuando vuelva.",
  timeout: "No llegó ninguna respuesta a tiempo.",
  server: "Ahora no se puede contactar con el asistente.",
  tooMany: "Han sido muchos mensajes seguidos. Espere un minuto, por favor.",
  tooLong: "Es demasiado largo. Escriba como máximo 1000 caracteres, por favor.",
  ended: "Su último chat ha terminado. Puede empezar uno nuevo.",
  historyFailed: "Ahora no se pueden mostrar sus mensajes anteriores.",
  orCall: "También puede llamar al {phone}.",
  retry: "Intentar de nuevo",
  sending: "Enviando …",
  callbackOpen: "La clínica está abierta ahora: llame al {number}. Es lo más rápido.",
  callbackClosed: "La clínica está cerrada ahora. Horario: {hours}.",
  callbackTitle: "¿Quiere que le llamemos?",
  callbackHint: "El equipo le llamará para concretar. Por favor, no escriba nada sobre su salud.",
  callbackName: "Nombre por el que preguntar",
  callbackPhone: "Número de teléfono, con prefijo",
  callbackTime: "Mejor momento para llamar",
  callbackMorning: "Por la mañana",
  callbackAfternoon: "Por la tarde",
  callbackAny: "A cualquier hora",
  callbackConsent: "Acepto que {clinic} guarde mi nombre y mi número para llamarme.",
  callbackSend: "Llámenme, por favor",
  callbackClose: "Cerrar este formulario",
  callbackBadName: "Escriba un nombre de 60 caracteres como máximo, por favor.",
  callbackBadPhone: "Escriba un número de teléfono con su prefijo, por favor.",
  callbackBadTime: "Elija un momento, por favor.",
  callbackNoConsent: "Marque esta casilla, por favor. Sin ella no podemos guardar su número.",
  callbackOffline: "Parece que no tiene conexión. Inténtelo de nuevo cuando vuelva.",
  callbackFailed: "No se pudo confirmar su solicitud. Inténtelo de nuevo en un momento, por favor.",
  callbackOrCall: "También puede llamar al {number}.",
  callbackReference: "Su número de referencia: {reference}",
};

const languages: Record<string, Texts> = { en: english, es: spanish };

/** The language of the tables that serves a language tag such as `es-US`; English where none does. */
export function languageFor(tag: string): string {
  const language = tag.toLowerCase().split("-")[0] ?? "";
  return language in languages ? language : "en";
}

/** A language's texts, with those that the page words itself. */
export function textsFor(language: string, own: Partial<Texts>): Texts {
  return { ...(languages[language] ?? english), ...own };
}

/** Names of all texts. */
export const textNames = Object.keys(english) as (keyof Texts)[];

/** Fills `{name}` places; a place without a value stays as it is. */
export function fill(text: string, values: Record<string, string | undefined>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);
}
