(* Forms of (40), (44), (61), (62) and of martin2015 that fail, each with a     *)
(* witness that exists for every exponential over every ordered field.          *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From Blockspin Require Import Definitions Exponential MehtaSchwab.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Fails.
Variables (R : realFieldType) (e : exponential R).

Let big_unit (f : unit -> R) : \sum_u f u = f tt.
Proof. by rewrite (bigD1 tt) //= big1 ?addr0 // => -[]. Qed.

Let half_gt0 : 0 < 1 / 2%:R :> R. Proof. by rewrite divr_gt0 ?ltr01 ?ltr0n. Qed.
Let threehalf_gt0 : 0 < 3%:R / 2%:R :> R. Proof. by rewrite divr_gt0 ?ltr0n. Qed.

(* (61) = 0 does not imply (62). *)
Theorem eq61_zero_without_unit_sum :
  exists (T : bool -> unit -> R) (Hv : bool -> R), eq61 e T Hv = 0 /\ ~ unit_sum e T.
Proof.
exists (fun v _ => ln e (if v then 1 / 2%:R else 3%:R / 2%:R)), (fun=> 0); split.
  rewrite (eq61E e _ _ true) /partition !sum_bool !big_unit !lnK //.
  by rewrite oppr0 expo0 !mulr1; apply/eqP; rewrite subr_eq0; apply/eqP; congr (ln e _); field.
move=> /(_ true); rewrite big_unit lnK // => /eqP.
by rewrite div1r invr_eq1 -subr_eq0 (_ : 2%:R - 1 = 1) ?oner_eq0 //; ring.
Qed.

(* Zero is not the minimum of (61): every value is taken. *)
Theorem eq61_takes_every_value (V H : finType) (Hv : V -> R) (x : R) : V -> H ->
  exists T : V -> H -> R, eq61 e T Hv = x.
Proof.
move=> v0 h0; exists (fun _ _ => - ln e #|H|%:R - x).
have H0 : 0 < #|H|%:R :> R by rewrite ltr0n; apply/card_gt0P; exists h0.
have sumT : \sum_(h : H) e (- ln e #|H|%:R - x) = e (- x).
  rewrite sumr_const expoD expoN lnK // -[LHS]mulr_natr mulrAC mulVf ?mul1r //.
  by rewrite gt_eqF.
rewrite (eq61E e _ _ v0) (eq_bigr _ (fun v _ => congr1 (fun t => t * e (- Hv v)) sumT)).
rewrite -mulr_sumr lnM ?expo_gt0 ?partition_gt0 // expoK.
by rewrite -/(partition e Hv) addrC opprD opprK subrK.
Qed.

Theorem eq61_negative : exists (T : bool -> bool -> R) (Hv : bool -> R), eq61 e T Hv < 0.
Proof.
have [T eT] := eq61_takes_every_value (fun _ : bool => 0) (-1) true true.
by exists T, (fun=> 0); rewrite eT ltrN10.
Qed.

(* e^{+H_RG} in (40) and (44) is not e^{-H_RBM}. *)
Theorem rg_printed_sign_fails :
  exists (E : bool -> unit -> R) (Hv : bool -> R) h,
    H_RG_printed e (T_of E Hv) Hv h <> H_RBM_hidden e E h.
Proof.
exists (fun _ _ => 0), (fun=> 0), tt => /rg_printed_sign_iff => /(_ true).
rewrite sum_bool oppr0 expo0 => /eqP.
by rewrite -subr_eq0 addrK oner_eq0.
Qed.

Let ln2_neq0 : ln e 2%:R != 0.
Proof. by rewrite gt_eqF // ln_gt0 // ltr1n. Qed.

Let T0_unit_sum : unit_sum e (fun (_ : bool) (_ : unit) => 0).
Proof. by move=> v; rewrite big_unit expo0. Qed.

Let H_RG0 : H_RG e (fun (_ : bool) (_ : unit) => 0) (fun=> 0) tt = - ln e 2%:R.
Proof. by rewrite /H_RG sum_bool subr0 expo0. Qed.

(* (61) with e^{+H_RG} is not zero although (62) holds. *)
Theorem eq61_plus_sign_fails :
  exists (T : bool -> unit -> R) (Hv : bool -> R), unit_sum e T /\
    ln e (\sum_v e (- Hv v)) - ln e (\sum_h e (H_RG e T Hv h)) <> 0.
Proof.
exists (fun _ _ => 0), (fun=> 0); split=> //.
rewrite sum_bool big_unit oppr0 expo0 H_RG0 expoK opprK => /eqP.
rewrite -[1 + 1]/(2%:R : R) (_ : _ + _ = 2%:R * ln e 2%:R); last by ring.
by rewrite mulf_eq0 (negbTE (two_neq0 R)) (negbTE ln2_neq0).
Qed.

(* martin2015: with H~ = + ln sum_v e^{-V} e^{-H}, Z is not sum_h e^{-H~}. *)
Theorem effective_hamiltonian_without_minus_fails :
  exists (U : bool -> unit -> R) (Hv : bool -> R),
    (forall v, \sum_h e (- U v h) = 1) /\
    partition e Hv <> \sum_h e (- ln e (\sum_v e (- U v h) * e (- Hv v))).
Proof.
exists (fun _ _ => 0), (fun=> 0); split=> [v|]; first by rewrite big_unit oppr0 expo0.
rewrite /partition big_unit !sum_bool oppr0 expo0 mulr1 expoN lnK ?two_gt0 // => /eqP.
rewrite -subr_eq0.
rewrite (_ : _ - _ = 3%:R / 2%:R); last by field.
by rewrite gt_eqF.
Qed.

(* martin2015: F^h = - ln sum_v e^{H(h)} and F^v = - ln sum_v e^{-H~(h)} as     *)
(* printed sum over v a function of h; neither is the layer's free energy.      *)
Theorem layer_free_energies_printed_fail :
  exists (T : bool -> unit -> R) (Hv : bool -> R), unit_sum e T /\
    forall h,
      - ln e (\sum_(v : bool) e (H_RG e T Hv h)) <> free_energy e (H_RG e T Hv) /\
      - ln e (\sum_(v : bool) e (- H_RG e T Hv h)) <> free_energy e Hv.
Proof.
exists (fun _ _ => 0), (fun=> 0); split=> // -[].
rewrite H_RG0 /free_energy /partition !sum_bool big_unit H_RG0 opprK oppr0 expo0.
rewrite expoN !lnK ?two_gt0 //.
have -> : 2%:R^-1 + 2%:R^-1 = 1 :> R by field.
have -> : 2%:R + 2%:R = 2%:R * 2%:R :> R by ring.
rewrite ln1 oppr0; split=> /eqP.
  by rewrite eq_sym oppr_eq0; apply/negP.
rewrite lnM ?two_gt0 // opprD -subr_eq0 addrK oppr_eq0.
exact/negP.
Qed.

(* martin2015: with E = H - V the condition sum_h e^{-V} = 1 does not make H    *)
(* the marginal of E.                                                           *)
Theorem joint_hamiltonian_minus_fails :
  exists (U : unit -> bool -> R) (Hv : unit -> R),
    (forall v, \sum_h e (- U v h) = 1) /\
    ~ (forall v, Hv v = H_RBM_visible e (fun v h => Hv v - U v h) v).
Proof.
have q0 : 0 < 1 / 4%:R :> R by rewrite divr_gt0 ?ltr01 ?ltr0n.
have t0 : 0 < 3%:R / 4%:R :> R by rewrite divr_gt0 ?ltr0n.
exists (fun _ h => - ln e (if h then 1 / 4%:R else 3%:R / 4%:R)), (fun=> 0); split=> [v|].
  by rewrite sum_bool !opprK !lnK //; field.
move/(joint_hamiltonian_minus e true (fun _ _ => erefl)) => /(_ tt).
rewrite sum_bool !expoN !lnK // => /eqP.
rewrite -subr_eq0 (_ : _ - 1 = 13%:R / 3%:R); last by field.
by rewrite gt_eqF // divr_gt0 ?ltr0n.
Qed.
End Fails.
