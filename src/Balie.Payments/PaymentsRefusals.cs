namespace Balie.Payments;

/// <summary>The ways in which Payments says no.</summary>
internal static class PaymentsRefusals
{
    public static readonly Refusal PaymentNotFound =
        Refusal.NotFound("payments.payment_not_found", "There is no such payment. Open the link from your order again.");
    public static readonly Refusal PaymentEnded =
        Refusal.Conflict("payments.payment_ended", "This can no longer be paid. Look at your order for what happened, or order again.");
    public static readonly Refusal AlreadyPaid = Refusal.Conflict("payments.already_paid", "This is paid already.");
    public static readonly Refusal PaymentStarting =
        Refusal.Conflict("payments.payment_starting", "This payment is being started elsewhere. Try again in a moment.")
            .After(TimeSpan.FromSeconds(2));
    public static readonly Refusal NoAccount =
        new("payments.no_account", 503, "Payments are not set up",
            "This organisation cannot take payments yet. Your order is kept; ask the organiser.");
    public static readonly Refusal ProviderMisconfigured =
        new("payments.provider_misconfigured", 503, "Payments have to be set up again",
            "The organiser's staff must enter the settings of the payment provider again. Your order is kept; ask the organiser.");
    public static readonly Refusal MethodUnknown =
        Refusal.Invalid("payments.method_unknown", "This organisation does not offer that method. See the list of methods.").At("method");
    public static readonly Refusal ProviderAway =
        new Refusal("payments.provider_away", 503, "The payment provider does not answer",
            "Payments cannot be started just now. Your order is kept: try again in a moment.").After(TimeSpan.FromSeconds(5));
    public static readonly Refusal ProviderRefused =
        Refusal.Conflict("payments.provider_refused", "The payment provider did not accept this payment. Try another method.");

    public static readonly Refusal AccountNotFound = Refusal.NotFound("payments.account_not_found", "There is no such payment account.");
    public static readonly Refusal ProviderUnknown =
        Refusal.Invalid("payments.provider_unknown", "There is no such provider here. See errors for those there are.");
    public static readonly Refusal SettingsWrong =
        Refusal.Invalid("payments.settings_wrong", "These settings cannot work. See errors.");
    public static readonly Refusal SandboxIsNotLive =
        Refusal.Invalid("payments.sandbox_is_not_live", "The sandbox moves no money: it cannot be a live account.").At("isLive");
    public static readonly Refusal OneSandbox =
        Refusal.Conflict("payments.one_sandbox", "This organisation has a sandbox account already.");
    public static readonly Refusal AccountInUse =
        Refusal.Conflict("payments.account_in_use", "Payments of this account are still open. Disable it, and remove it when they ended.");

    public static readonly Refusal WebhookNotFound = Refusal.NotFound("payments.webhook_not_found", "There is no such webhook.");
    public static readonly Refusal StateUnknown =
        Refusal.Malformed("payments.state_unknown", "There is no such state. See the documentation for those there are.").At("state");
    public static readonly Refusal PeriodWrong =
        Refusal.Malformed("payments.period_wrong", "Give two days, the first not after the last, at most 366 days apart.");
    public static readonly Refusal PayoutKnown =
        Refusal.Conflict("payments.payout_known", "A payout of this provider with this reference is booked already.").At("reference");
    public static readonly Refusal PayoutWrong = Refusal.Invalid("payments.payout_wrong", "This payout cannot be booked. See errors.");

    public static readonly Refusal OutcomeUnknown = Refusal.Invalid("payments.outcome_unknown",
        "Choose paid, failed, cancelled, expired, pending, slow, authorised, charged_back or chargeback_reversed.").At("outcome");
    public static readonly Refusal OutcomeImpossible =
        Refusal.Conflict("payments.outcome_impossible", "This payment is past that. See its page for what it can still become.");
}
