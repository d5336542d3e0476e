// Offers a call-back below an answer that hands over to a person, where the clinic takes requests.

import type { Announcer } from "./announcer";
import type { Api, CallbackTerms, Message } from "./api";
import { CallbackForm } from "./callback-form";
import type { Options } from "./options";
import { fill, type Texts } from "./texts";

const TOPICS = ["handoff", "complaint"];
const RED_OUTCOME = "not_suitable_without_review";

/** Whether a message hands over to a person. */
export function callsForPerson({ topics, screening }: Message): boolean {
  return screening?.outcome === RED_OUTCOME || topics.some((topic) => TOPICS.includes(topic));
}

export class Callback {
  private form: CallbackForm | null = null;

  /**
   * @param onClose is called when the patient closes the form
   */
  constructor(
    private readonly options: Options,
    private readonly api: Api,
    private readonly announcer: Announcer,
    private readonly onClose: () => void,
  ) {}

  /**
   * Shows the form at the end of an answer. There is only one: asked for again, it moves there with
   * what is written in it.
   *
   * @returns whether the clinic takes requests; if it can't be asked, the answer has its phone
   */
  async offer(answer: HTMLElement): Promise<boolean> {
    const terms = await this.api.callbackTerms().catch(() => null);
    if (!terms?.available) return false;
    const { texts } = this.options;
    const first = whenOpen(terms, texts);
    this.form ??= this.makeForm(terms);
    this.form.show(answer, first);
    this.announcer.add(`${first}\n${texts.callbackTitle}`);
    return true;
  }

  /** The next form is a new one. */
  forget(): void {
    this.form = null;
  }

  private makeForm(terms: CallbackTerms): CallbackForm {
    return new CallbackForm(terms, this.options, this.api, this.announcer, {
      taken: () => this.forget(),
      closed: () => {
        this.forget();
        this.onClose();
      },
    });
  }
}

/** While the clinic is open, calling it is quicker than waiting for a call. */
function whenOpen({ open_now, phone, hours }: CallbackTerms, texts: Texts): string {
  return open_now
    ? fill(texts.callbackOpen, { number: phone })
    : fill(texts.callbackClosed, { hours });
}
